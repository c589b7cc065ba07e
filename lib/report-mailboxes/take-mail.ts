import 'server-only'
import type { ImapFlow } from 'imapflow'
import type { Actor } from '@/lib/auth/actor'
import type { Clock } from '@/lib/clock/clock'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { importReports, type ImportInput, type ImportResult } from '@/lib/dmarc/service'
import { MailboxTrouble } from '@/lib/report-mailboxes/problems'

/** Keywords (RFC 9051 §2.3.2) of mails that stay: read, and no report; a report that could not be taken in. */
export const OTHER_KEYWORD = '$PosthouseOther'
export const HELD_KEYWORD = '$PosthouseHeld'

const MINUTE = 60_000
/** How long after the first failure, the second and so on a mail is read again; then it is held. */
const RETRY_AFTER = [MINUTE, 5 * MINUTE, 30 * MINUTE, 180 * MINUTE, 720 * MINUTE]
const SIZES_AT_ONCE = 500
const MOVES_AT_ONCE = 50

/** What is remembered of mails that stay, as long as the folder numbers them so (UIDVALIDITY, RFC 9051 §2.3.1.1). */
export class StayingMail {
  private uidValidity: bigint | null = null
  /** Where the server keeps no keywords of ours this is all that keeps a mail from being read on and on. */
  readonly settled = new Map<number, 'other' | 'held'>()
  readonly failed = new Map<number, { attempts: number; nextTryAt: number }>()

  /** Forgets all where the folder has new numbers. */
  enter(uidValidity: bigint): void {
    if (this.uidValidity === uidValidity) return
    this.uidValidity = uidValidity
    this.settled.clear()
    this.failed.clear()
  }

  /** Forgets mails that are not in the folder any more, or that the server's keywords tell of. */
  keepOnly(uids: ReadonlySet<number>): void {
    for (const known of [this.settled, this.failed])
      for (const uid of known.keys()) if (!uids.has(uid)) known.delete(uid)
  }

  /** When the next mail that failed is to be read again, in milliseconds since 1970; null where none is. */
  nextTryAt(): number | null {
    return this.failed.size === 0 ? null : Math.min(...[...this.failed.values()].map(({ nextTryAt }) => nextTryAt))
  }
}

export interface TakeDeps {
  client: ImapFlow
  /** Whom reports are stored as given by. */
  actor: Actor
  doneFolder: string
  staying: StayingMail
  clock: Clock
  isEnding: () => boolean
  /** Told of how many mails were stored and moved. */
  onTaken: (count: number) => Promise<void>
}

interface Mail {
  uid: number
  size: number
  name: string
}

/**
 * Reads what lies in the open folder, oldest first, and stores the reports in it. A mail is moved only when its content is
 * stored (also as a duplicate, foreign or rejected report): whoever is stopped between the two finds it a duplicate the
 * next time. What is no report stays untouched but for a keyword, so that it is read once; so does what cannot be stored,
 * which is read again later, five times. Gives how many mails are held: reports, or too large to be one, that stay.
 */
export async function takeMail(deps: TakeDeps): Promise<number> {
  const { client, staying, isEnding } = deps
  if (client.mailbox === false) throw new MailboxTrouble('folder-missing', 'the folder was closed')
  staying.enter(client.mailbox.uidValidity)
  const uids = await unread(deps)
  for (let at = 0; at < uids.length && !isEnding(); at += SIZES_AT_ONCE)
    await takeSome(deps, uids.slice(at, at + SIZES_AT_ONCE))
  return countHeld(deps)
}

async function search({ client }: TakeDeps, query: Parameters<ImapFlow['search']>[0]): Promise<number[]> {
  const uids = await client.search(query, { uid: true })
  if (!Array.isArray(uids)) throw new MailboxTrouble('other', 'the server does not search the folder')
  return uids
}

async function unread(deps: TakeDeps): Promise<number[]> {
  const { staying, clock } = deps
  // A client may leave out one of two keys of the same name; so one keyword is asked for, the other looked at.
  const uids = await search(deps, { unKeyword: OTHER_KEYWORD, deleted: false })
  const held = new Set(await search(deps, { keyword: HELD_KEYWORD, deleted: false }))
  staying.keepOnly(new Set(uids))
  const now = clock().getTime()
  return uids
    .filter((uid) => !held.has(uid) && !staying.settled.has(uid) && (staying.failed.get(uid)?.nextTryAt ?? 0) <= now)
    .sort((one, other) => one - other)
}

async function countHeld(deps: TakeDeps): Promise<number> {
  const held = new Set(await search(deps, { keyword: HELD_KEYWORD, deleted: false }))
  for (const [uid, why] of deps.staying.settled) if (why === 'held') held.add(uid)
  for (const uid of deps.staying.failed.keys()) held.add(uid)
  return held.size
}

async function takeSome(deps: TakeDeps, uids: number[]): Promise<void> {
  const { client, actor, clock } = deps
  const found = await client.fetchAll(uids, { uid: true, size: true, envelope: true }, { uid: true })
  const mails = found
    .map(({ uid, size, envelope }) => ({ uid, size: size ?? 0, name: envelope?.subject ?? '' }))
    .sort((one, other) => one.uid - other.uid)
  const given: Mail[] = []
  let stored: number[] = []
  for await (const result of importReports(actor, downloads(deps, mails, given), clock)) {
    const mail = given.shift()
    if (!mail) throw new Error('a result without a mail')
    if (await settle(deps, mail, result)) stored.push(mail.uid)
    if (stored.length < MOVES_AT_ONCE) continue
    await move(deps, stored)
    stored = []
  }
  await move(deps, stored)
}

/** The mails one after the other, each noted in `given` as it is handed over; results come in the same order, later. */
async function* downloads(deps: TakeDeps, mails: readonly Mail[], given: Mail[]): AsyncGenerator<ImportInput> {
  for (const mail of mails) {
    if (deps.isEnding()) return
    if (mail.size > REPORT_LIMITS.packedBytes) {
      await stay(deps, mail.uid, 'held')
      continue
    }
    const message = await deps.client.fetchOne(String(mail.uid), { source: true }, { uid: true })
    // Somebody else took it away meanwhile.
    if (message === false || !message.source) continue
    given.push(mail)
    yield { name: mail.name, content: message.source, mayBeOther: true }
  }
}

/** What becomes of a mail after it was read; true where its content is stored and it can go. */
async function settle(deps: TakeDeps, { uid }: Mail, { state, kind }: ImportResult): Promise<boolean> {
  const { failed } = deps.staying
  if (state === 'failed') {
    const attempts = (failed.get(uid)?.attempts ?? 0) + 1
    const delay = RETRY_AFTER[attempts - 1]
    if (delay === undefined) await stay(deps, uid, 'held')
    else failed.set(uid, { attempts, nextTryAt: deps.clock().getTime() + delay })
    return false
  }
  failed.delete(uid)
  if (state === 'rejected' && kind === null) {
    await stay(deps, uid, 'other')
    return false
  }
  return true
}

async function stay({ client, staying }: TakeDeps, uid: number, why: 'other' | 'held'): Promise<void> {
  staying.failed.delete(uid)
  staying.settled.set(uid, why)
  // False where the server keeps no such keywords: then our memory must do.
  await client.messageFlagsAdd([uid], [why === 'other' ? OTHER_KEYWORD : HELD_KEYWORD], { uid: true, silent: true })
}

async function move({ client, doneFolder, onTaken }: TakeDeps, uids: number[]): Promise<void> {
  if (uids.length === 0) return
  const hasMove = client.capabilities.has('MOVE') || client.capabilities.has('UIDPLUS')
  const moved = hasMove
    ? await client.messageMove(uids, doneFolder, { uid: true })
    : // Such a server can only expunge all that is marked as deleted, by whomever: it is marked and left to them.
      (await client.messageCopy(uids, doneFolder, { uid: true })) &&
      (await client.messageFlagsAdd(uids, ['\\Deleted'], { uid: true }))
  if (!moved) throw new MailboxTrouble('done-folder', `the server does not move mail to ${doneFolder}`)
  await onTaken(uids.length)
}
