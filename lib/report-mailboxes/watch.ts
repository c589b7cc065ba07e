import 'server-only'
import type { ImapFlow } from 'imapflow'
import { systemActor } from '@/lib/auth/actor'
import { Alarm } from '@/lib/clock/alarm'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { logger } from '@/lib/logger/logger'
import { accountOf, loadMailbox, mailboxName, type MailboxRow } from '@/lib/report-mailboxes/account'
import { imapClient, openFolders } from '@/lib/report-mailboxes/connect'
import { MailboxTrouble, problemOf } from '@/lib/report-mailboxes/problems'
import { StayingMail, takeMail } from '@/lib/report-mailboxes/take-mail'

const SECOND = 1_000
const MOST_WAIT = 5 * 60 * SECOND
/** The folder is looked at this often even where the server tells nothing. */
const LOOK_MILLISECONDS = 10 * 60 * SECOND
/** Who was connected for so long starts the waiting anew. */
const STEADY_MILLISECONDS = 60 * SECOND
/** So long a log-in that was just made may not be known to our nodes yet. */
const FRESH_MILLISECONDS = 60 * SECOND
const GOODBYE_MILLISECONDS = 2 * SECOND

/** How long to wait after so many failures in a row: doubled each time up to five minutes, with up to half of it by chance less. */
export function backOff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(MOST_WAIT, SECOND * 2 ** Math.min(failures - 1, 20))
  return full - random() * (full / 2)
}

/** Watches one report mailbox over IMAP: connects, takes what is there, waits for more (IDLE), and connects again. */
export class MailboxWatch {
  private readonly alarm = new Alarm()
  private readonly staying = new StayingMail()
  private isEnding = false
  private client: ImapFlow | undefined
  private running: Promise<void> | undefined

  constructor(private readonly id: string) {}

  start(): void {
    this.running = this.run()
  }

  /** Ends a wait: to look, or to connect, now. */
  wake(): void {
    this.alarm.ring()
  }

  /** Waits until what was being stored is stored. */
  async stop(): Promise<void> {
    this.isEnding = true
    this.alarm.ring()
    // Who does not answer is not waited for.
    if (this.client?.usable === false) this.client.close()
    await this.running
  }

  private async run(): Promise<void> {
    let failures = 0
    while (!this.hasEnded()) {
      if (failures > 0) await this.alarm.sleep(backOff(failures))
      const startedAt = performance.now()
      try {
        await this.connectOnce(failures)
      } catch (error) {
        logger('report-mailbox').error(
          { err: error, mailbox: this.id },
          'a report mailbox is not watched; trying again',
        )
      }
      failures = performance.now() - startedAt > STEADY_MILLISECONDS ? 1 : failures + 1
    }
  }

  private async connectOnce(failures: number): Promise<void> {
    const row = this.hasEnded() ? null : await loadMailbox(this.id)
    if (!row) return
    const startedAt = performance.now()
    const progress = { isConnected: false }
    try {
      await this.session(row, progress)
    } catch (error) {
      // A connection that worked may break at any time; told is what the next attempt meets.
      const isSteady = failures === 0 || performance.now() - startedAt > STEADY_MILLISECONDS
      const mayPass = progress.isConnected && isSteady && !(error instanceof MailboxTrouble)
      if (!mayPass) await this.noteProblem(row, error)
    }
  }

  /** Somebody else may end it at any wait. */
  private hasEnded(): boolean {
    return this.isEnding
  }

  /** From connecting to the end of the connection. Throws what ended it, but for our own wish. */
  private async session(row: MailboxRow, progress: { isConnected: boolean }): Promise<void> {
    const client = imapClient(accountOf(row))
    this.client = client
    let broken: unknown = new Error('the server closed the connection')
    client.on('error', (error) => (broken = error))
    client.on('close', () => this.alarm.ring())
    client.on('exists', () => this.alarm.ring())
    try {
      await client.connect()
      await openFolders(client, row)
      for (;;) {
        const heldCount = await this.take(client, row)
        await noteConnected(row.id, heldCount)
        progress.isConnected = true
        if (!this.hasEnded() && client.usable) await this.alarm.sleep(this.untilNextLook())
        if (this.hasEnded()) return
        if (!client.usable) throw broken
      }
    } finally {
      await goodbye(client)
    }
  }

  private take(client: ImapFlow, row: MailboxRow): Promise<number> {
    return takeMail({
      ...{ client, staying: this.staying, clock: systemClock, doneFolder: row.doneFolder },
      actor: systemActor(mailboxName(row)),
      isEnding: () => this.hasEnded(),
      onTaken: async (count) => {
        const data = { lastMailAt: systemClock(), mailCount: { increment: count } }
        await db().reportMailbox.updateMany({ where: { id: row.id }, data })
      },
    })
  }

  private untilNextLook(): number {
    const next = this.staying.nextTryAt()
    if (next === null) return LOOK_MILLISECONDS
    return Math.min(LOOK_MILLISECONDS, Math.max(SECOND, next - systemClock().getTime()))
  }

  private async noteProblem(row: MailboxRow, error: unknown): Promise<void> {
    const { code, words } = problemOf(error)
    logger('report-mailbox').warn({ err: error, mailbox: row.id, problem: code }, 'a report mailbox is not watched')
    const isFresh = systemClock().getTime() - row.createdAt.getTime() < FRESH_MILLISECONDS
    if (code === 'wrong-password' && row.credential && isFresh) return
    const stateAt = systemClock()
    await db().$transaction([
      db().reportMailbox.updateMany({ where: { id: row.id, state: { not: 'failed' } }, data: { stateAt } }),
      db().reportMailbox.updateMany({
        where: { id: row.id },
        data: { state: 'failed', problemCode: code, problem: words },
      }),
    ])
  }
}

async function noteConnected(id: string, heldCount: number): Promise<void> {
  const connected = { state: 'connected', stateAt: systemClock(), problemCode: null, problem: null }
  await db().$transaction([
    db().reportMailbox.updateMany({ where: { id, state: { not: 'connected' } }, data: connected }),
    db().reportMailbox.updateMany({ where: { id, heldCount: { not: heldCount } }, data: { heldCount } }),
  ])
}

/** Logs out where the server listens, within two seconds. */
async function goodbye(client: ImapFlow): Promise<void> {
  if (client.usable) {
    const timer = setTimeout(() => client.close(), GOODBYE_MILLISECONDS)
    try {
      await client.logout()
    } catch (error) {
      logger('report-mailbox').debug({ err: error }, 'the server did not say goodbye')
    } finally {
      clearTimeout(timer)
    }
  }
  client.close()
}
