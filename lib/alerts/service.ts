import 'server-only'
import { randomBytes, randomUUID } from 'node:crypto'
import { TEST_CONTENT } from '@/lib/alerts/content'
import { alertContext, alertLogin } from '@/lib/alerts/mail-accounts'
import type { AddMailTargetInput, AddWebhookTargetInput, AlertDigestInput, AlertTargetInput } from '@/lib/alerts/schema'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db, type Tx } from '@/lib/db/client'
import { loadDigest } from '@/lib/digest/load-digest'
import { AppError } from '@/lib/errors/app-error'
import { hashMailboxPassword, randomText } from '@/lib/mailboxes/password'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

const MOST_TARGETS = 20

const senderSelect = {
  ...{ id: true, address: { select: { localPart: true } }, domain: { select: { name: true } } },
} as const

/** The mailbox that is to send: the named one, or the first that may. INVALID where there is none. */
async function findSender(sender: string) {
  const at = sender.lastIndexOf('@')
  const mailbox = await db().mailbox.findFirst({
    where: {
      ...{ deletedAt: null, disabledAt: null, isSubmissionEnabled: true },
      domain: { deletedAt: null, kind: 'hosted', ...(sender !== '' && { name: sender.slice(at + 1) }) },
      ...(sender !== '' && { address: { localPart: sender.slice(0, at) } }),
    },
    orderBy: { createdAt: 'asc' },
    select: senderSelect,
  })
  if (!mailbox && sender === '') throw new AppError('INVALID', 'alert.noMailbox', {}, { field: 'sender' })
  if (!mailbox) throw new AppError('INVALID', 'alert.noSender', { name: sender }, { field: 'sender' })
  return { id: mailbox.id, localPart: mailbox.address.localPart, domain: mailbox.domain.name }
}

async function refuseTarget(tx: Tx, kind: string, destination: string): Promise<void> {
  const where = { kind_destination: { kind, destination } }
  if (await tx.alertTarget.findUnique({ where, select: { id: true } }))
    throw new AppError('CONFLICT', 'alert.exists', { name: destination }, { field: 'destination' })
  if ((await tx.alertTarget.count()) >= MOST_TARGETS)
    throw new AppError('CONFLICT', 'alert.tooMany', { most: MOST_TARGETS })
}

/**
 * Adds an address that is told of changes. Mail to it is sent as one of our mailboxes, by a log-in of its own that can
 * submit and nothing else; its password is sealed to the worker. INVALID where no mailbox may send.
 */
export async function addMailTarget(actor: Actor, input: AddMailTargetInput) {
  requirePermission(actor, 'alert:write')
  const { destination, language } = input
  const sender = await findSender(input.sender)
  const id = randomUUID()
  const password = randomText(32)
  const hash = await hashMailboxPassword(password)
  // The domain's administrators see this release, and need not see who is told.
  const from = `${sender.localPart}@${sender.domain}`
  const options = { domains: [sender.domain], action: 'alert-target:create', subject: from }
  return changeMail(actor, 'alert:write', options, async (change) => {
    await refuseTarget(change.tx, 'mail', destination)
    const login = alertLogin(id, sender.domain)
    const credential = await change.tx.credential.create({
      data: { mailboxId: sender.id, login, label: 'alerts', hash, services: ['smtp'] },
      select: { id: true },
    })
    const secretSealed = sealForWorker(password, alertContext(id))
    await change.tx.alertTarget.create({
      data: { id, kind: 'mail', destination, language, secretSealed, credentialId: credential.id },
    })
    change.audit({ kind: 'mail', destination })
    change.touchAddress(sender.domain, sender.localPart)
    return { id }
  })
}

/** Adds a webhook. `secret` is the key of its signatures, seen here and never again. */
export async function addWebhookTarget(actor: Actor, input: AddWebhookTargetInput) {
  const { destination, language, isPrivate } = input
  const options = { domains: [], action: 'alert-target:create', subject: subjectOf(destination) }
  return changeMail(actor, 'alert:write', options, async (change) => {
    const { tx } = change
    await refuseTarget(tx, 'webhook', destination)
    const id = randomUUID()
    const secret = randomBytes(32).toString('base64url')
    const secretSealed = sealForWorker(secret, alertContext(id))
    await tx.alertTarget.create({ data: { id, kind: 'webhook', destination, language, isPrivate, secretSealed } })
    change.audit({ kind: 'webhook', isPrivate })
    return { id, secret }
  })
}

/** How the audit names a target: of a webhook the host alone, for its path may be a secret. */
const subjectOf = (destination: string): string => URL.parse(destination)?.host ?? destination

const missing = () => new AppError('NOT_FOUND', 'alert.missing')

/** Takes a target away, with its log-in and what still waits for it. NOT_FOUND where there is none. */
export async function removeAlertTarget(actor: Actor, { id }: AlertTargetInput) {
  requirePermission(actor, 'alert:write')
  const row = await db().alertTarget.findUnique({
    where: { id },
    select: { destination: true, credential: { select: { id: true, login: true, mailbox: { select: senderSelect } } } },
  })
  if (!row) throw missing()
  const { credential, destination } = row
  const domain = credential?.mailbox.domain
  const lives = domain ? await db().domain.count({ where: { name: domain.name, deletedAt: null } }) : 0
  const domains = domain && lives > 0 ? [domain.name] : []
  const from = credential && `${credential.mailbox.address.localPart}@${credential.mailbox.domain.name}`
  const options = { domains, action: 'alert-target:remove', subject: from ?? subjectOf(destination) }
  return changeMail(actor, 'alert:write', options, async (change) => {
    change.audit({ destination: subjectOf(destination) })
    const { count } = await change.tx.alertTarget.deleteMany({ where: { id } })
    if (count === 0) throw missing()
    if (!credential) return
    await change.tx.credential.deleteMany({ where: { id: credential.id } })
    for (const name of domains) {
      change.touchLogin(name, credential.login)
      change.touchAddress(name, credential.mailbox.address.localPart)
    }
  })
}

/** Sends a target a message that says only that it arrives. NOT_FOUND where there is none. */
export async function testAlertTarget(actor: Actor, { id }: AlertTargetInput) {
  requirePermission(actor, 'alert:write')
  const row = await db().alertTarget.findUnique({ where: { id }, select: { destination: true } })
  if (!row) throw missing()
  const subject = subjectOf(row.destination)
  return changeMail(actor, 'alert:write', { domains: [], action: 'alert-target:test', subject }, async ({ tx }) => {
    await tx.alert.create({ data: { targetId: id, content: TEST_CONTENT } })
  })
}

/** Switches the weekly digest of reports of an address on or off. NOT_FOUND where there is none; webhooks get none. */
export async function updateAlertDigest(actor: Actor, { id, wantsDigest }: AlertDigestInput) {
  const destination = await requireMailTarget(actor, id)
  const options = { domains: [], action: 'alert-target:digest', subject: destination }
  return changeMail(actor, 'alert:write', options, async (change) => {
    change.audit({ wantsDigest })
    const { count } = await change.tx.alertTarget.updateMany({ where: { id }, data: { wantsDigest } })
    if (count === 0) throw missing()
  })
}

/** Sends an address the digest of the last full week now, whether it gets one by itself or not. NOT_FOUND where there is none. */
export async function sendDigestNow(actor: Actor, { id }: AlertTargetInput, now: Date = systemClock()) {
  const destination = await requireMailTarget(actor, id)
  const digest = await loadDigest(now)
  const options = { domains: [], action: 'alert-target:digest-now', subject: destination }
  return changeMail(actor, 'alert:write', options, async ({ tx }) => {
    await tx.alert.create({ data: { targetId: id, content: { digest } } })
  })
}

async function requireMailTarget(actor: Actor, id: string): Promise<string> {
  requirePermission(actor, 'alert:write')
  const row = await db().alertTarget.findFirst({ where: { id, kind: 'mail' }, select: { destination: true } })
  if (!row) throw missing()
  return row.destination
}
