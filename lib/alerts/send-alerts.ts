import 'server-only'
import { alertText, isWrong, latestChanges, testText, type Change } from '@/lib/alerts/changes'
import { storedContent, TEST_CONTENT, type StoredContent } from '@/lib/alerts/content'
import { alertLanguage } from '@/lib/alerts/language'
import { alertContext, mailAccounts } from '@/lib/alerts/mail-accounts'
import type { PostWebhook } from '@/lib/alerts/post-webhook'
import type { Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import type { MailAccount, OutgoingMessage } from '@/lib/deliverability/mail-client'
import type { Digest } from '@/lib/digest/digest'
import { digestText } from '@/lib/digest/digest-text'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'
import { openAsWorker } from '@/lib/secrets/seal'

const MINUTE = 60_000
/** One message in this time to each target; what comes meanwhile goes with the next. */
const BETWEEN_MILLISECONDS = 10 * MINUTE
const MOST_WAIT = 60 * MINUTE
/** What could not be sent in this time is old news: pages show it. */
const GIVE_UP_MILLISECONDS = 24 * 60 * MINUTE
const KEEP_MILLISECONDS = 30 * 24 * 60 * MINUTE
const MOST_CHANGES = 500

export interface AlertDeps {
  clock: Clock
  submit: (account: MailAccount, message: OutgoingMessage) => Promise<string>
  post: PostWebhook
}

const sender = { address: { select: { localPart: true } }, domain: { select: { name: true } } } as const
const targetSelect = {
  ...{ id: true, kind: true, destination: true, secretSealed: true, isPrivate: true, language: true },
  credential: { select: { login: true, mailbox: { select: sender } } },
} as const

async function loadTarget(id: string) {
  return db().alertTarget.findUnique({ where: { id }, select: targetSelect })
}
type Target = NonNullable<Awaited<ReturnType<typeof loadTarget>>>

/** What one message is about. */
const KINDS = ['test', 'changes', 'digest'] as const
type Kind = (typeof KINDS)[number]

/** The kind of what is stored in a column. */
function kindOf(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${column} = to_jsonb(${TEST_CONTENT}::text) THEN 'test'
    WHEN ${column}->'digest' IS NOT NULL THEN 'digest' ELSE 'changes' END`
}

/** What one message says. */
type News = { kind: 'test' } | { kind: 'changes'; changes: Change[] } | { kind: 'digest'; digest: Digest }

/**
 * Sends what waits: one message a target with all that changed, at most every ten minutes; tests and digests at once. What a target
 * does not take is tried again, later and later, for a day. Each is sent at least once: a worker that dies between the
 * sending and its note sends it again.
 */
export async function sendAlerts(deps: AlertDeps): Promise<void> {
  const now = deps.clock()
  for (const kind of KINDS) {
    for (const targetId of await targetsDue(kind, now)) {
      const target = await loadTarget(targetId)
      const claimed = await claimAlerts(targetId, kind, now)
      if (target && claimed.length > 0) await sendTo(target, claimed, deps)
    }
  }
  await db().alert.deleteMany({ where: { sentAt: { lt: new Date(now.getTime() - KEEP_MILLISECONDS) } } })
}

async function targetsDue(kind: Kind, now: Date): Promise<string[]> {
  const recent = new Date(now.getTime() - BETWEEN_MILLISECONDS)
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT DISTINCT target_id AS id FROM alert WHERE sent_at IS NULL AND try_after <= ${now}::timestamptz
       AND ${kindOf(Prisma.sql`content`)} = ${kind}
       AND (${kind !== 'changes'} OR NOT EXISTS (
         SELECT 1 FROM alert sent WHERE sent.target_id = alert.target_id AND sent.sent_at > ${recent}::timestamptz
            AND ${kindOf(Prisma.sql`sent.content`)} = 'changes'))`
  return rows.map(({ id }) => id)
}

interface Claimed {
  id: string
  content: unknown
  createdAt: Date
  attempts: number
}

/** Takes all that waits for a target, also what is newer than what is due, and puts it off as if it had failed. */
async function claimAlerts(targetId: string, kind: Kind, now: Date): Promise<Claimed[]> {
  return db().$queryRaw<Claimed[]>`
    UPDATE alert SET attempts = attempts + 1,
           try_after = ${now}::timestamptz + least(${MOST_WAIT}::float8, ${MINUTE}::float8 * power(2, least(attempts, 10))) * interval '1 millisecond'
     WHERE id IN (SELECT id FROM alert WHERE target_id = ${targetId}::uuid AND sent_at IS NULL
                     AND (try_after <= ${now}::timestamptz OR attempts = 0)
                     AND ${kindOf(Prisma.sql`content`)} = ${kind}
                   ORDER BY created_at LIMIT 5000 FOR UPDATE SKIP LOCKED)
    RETURNING id, content, created_at AS "createdAt", attempts`
}

async function sendTo(target: Target, claimed: Claimed[], deps: AlertDeps): Promise<void> {
  const contents = claimed
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
    .map(({ content }) => storedContent.parse(content))
  try {
    await deliver(target, newsOf(contents), deps)
  } catch (error) {
    await noteFailure(target, claimed, error, deps.clock())
    return
  }
  const sentAt = deps.clock()
  await db().$transaction([
    db().alert.updateMany({ where: { id: { in: claimed.map(({ id }) => id) } }, data: { sentAt } }),
    db().alertTarget.updateMany({ where: { id: target.id }, data: { deliveredAt: sentAt, lastError: null } }),
  ])
}

/** What contents of one kind say together: of several digests the newest. */
function newsOf(contents: readonly StoredContent[]): News {
  const last = contents.at(-1)
  if (last !== undefined && last !== TEST_CONTENT && 'digest' in last) return { kind: 'digest', digest: last.digest }
  if (last === TEST_CONTENT) return { kind: 'test' }
  const changed = contents.flatMap((content) => (content !== TEST_CONTENT && 'scope' in content ? [content] : []))
  return { kind: 'changes', changes: latestChanges(changed) }
}

async function noteFailure(target: Target, claimed: Claimed[], error: unknown, now: Date): Promise<void> {
  const words = (error instanceof Error ? error.message : String(error)).slice(0, 500)
  logger('alerts').warn({ err: error, target: target.id }, 'an alert was not taken; trying again later')
  const old = new Date(now.getTime() - GIVE_UP_MILLISECONDS)
  const ids = claimed.filter(({ createdAt }) => createdAt < old).map(({ id }) => id)
  await db().$transaction([
    db().alertTarget.updateMany({ where: { id: target.id }, data: { lastError: words } }),
    db().alert.deleteMany({ where: { id: { in: ids } } }),
  ])
}

async function deliver(target: Target, news: News, deps: AlertDeps): Promise<void> {
  const secret = target.secretSealed === null ? '' : openAsWorker(target.secretSealed, alertContext(target.id))
  if (target.kind === 'mail') await deliverMail(target, secret, news, deps)
  else {
    const { destination: url, isPrivate } = target
    const now = deps.clock()
    await deps.post({ url, secret, isPrivate }, webhookBody(target, news, now), now)
  }
}

const pageUrl = (path = '/checks'): string => new URL(path, env().POSTHOUSE_URL).href

function messageText(language: string, news: News): { subject: string; text: string } {
  if (news.kind === 'digest') return digestText(news.digest, language, pageUrl('/reports'))
  const words = alertLanguage(language)
  return news.kind === 'test' ? testText(words, pageUrl()) : alertText(news.changes, words, pageUrl())
}

async function deliverMail(
  { id, destination, language, credential }: Target,
  password: string,
  news: News,
  { submit, clock }: AlertDeps,
): Promise<void> {
  if (!credential) throw new Error('the mailbox that sends alerts is gone')
  const { address, domain } = credential.mailbox
  const from = `${address.localPart}@${domain.name}`
  const { subject, text } = messageText(language, news)
  const messageId = `<alert.${id}.${clock().getTime()}@${domain.name}>`
  // Nothing answers an alert automatically (RFC 3834 §5).
  const headers = { 'Auto-Submitted': 'auto-generated' }
  const message = { from, to: destination, subject, text, messageId, headers }
  let last: unknown = new Error('no mail node takes submission')
  for (const account of await mailAccounts({ user: credential.login, password })) {
    try {
      await submit(account, message)
      return
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** What a webhook is sent: codes and numbers for programs, the sentence for people. */
function webhookBody({ language }: Target, news: News, now: Date): string {
  const head = { at: now.toISOString(), url: pageUrl() }
  if (news.kind === 'test') return JSON.stringify({ event: 'test', ...head })
  if (news.kind === 'digest') return JSON.stringify({ event: 'digest', ...head, ...news.digest })
  const { changes } = news
  const { titleOf } = alertLanguage(language)
  const shown = changes.slice(0, MOST_CHANGES).map((change) => ({
    ...{ scope: change.scope.kind, name: change.scope.name, check: change.check, alias: change.alias },
    ...{
      subject: change.subject,
      level: change.level,
      isWrong: isWrong(change),
      isFlapping: change.isFlapping,
      since: change.since.toISOString(),
      values: change.values,
    },
    title: titleOf(change),
  }))
  return JSON.stringify({ event: 'findings.changed', ...head, changes: shown, more: changes.length - shown.length })
}
