import 'server-only'
import { randomUUID } from 'node:crypto'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { hashMailboxPassword, randomText } from '@/lib/mailboxes/password'
import { parseEndpoint } from '@/lib/nodes/endpoint'
import { changeMail } from '@/lib/releases/change-mail'
import { MAILBOX_NEWS, mailboxContext, mailboxLogin, mailboxName } from '@/lib/report-mailboxes/account'
import type { AddMailboxElsewhereInput, AddOwnMailboxInput, ReportMailboxInput } from '@/lib/report-mailboxes/schema'
import { sealForWorker } from '@/lib/secrets/seal'

const MOST_MAILBOXES = 20

async function tellWorker(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('posthouse_work', ${MAILBOX_NEWS})`
}

async function refuseMore(tx: Tx): Promise<void> {
  if ((await tx.reportMailbox.count()) >= MOST_MAILBOXES)
    throw new AppError('CONFLICT', 'report.tooManyMailboxes', { most: MOST_MAILBOXES })
}

const exists = (name: string, field: string) => new AppError('CONFLICT', 'report.mailboxExists', { name }, { field })

/** The mailbox of ours at an address, and where it is read. INVALID where there is none that may be read over IMAP. */
async function findOwn(address: string) {
  const at = address.lastIndexOf('@')
  const mailbox = await db().mailbox.findFirst({
    where: {
      ...{ deletedAt: null, disabledAt: null, isImapEnabled: true, address: { localPart: address.slice(0, at) } },
      domain: { deletedAt: null, kind: 'hosted', name: address.slice(at + 1) },
    },
    select: {
      id: true,
      address: { select: { localPart: true } },
      domain: { select: { name: true, homeNode: { select: { services: true } } } },
    },
  })
  if (!mailbox) throw new AppError('INVALID', 'report.noMailbox', { name: address }, { field: 'address' })
  const services = (mailbox.domain.homeNode?.services ?? {}) as Record<string, string>
  const endpoint = parseEndpoint(services.imaps)
  if (!endpoint) throw new AppError('INVALID', 'report.noNode', { name: mailbox.domain.name }, { field: 'address' })
  return { id: mailbox.id, localPart: mailbox.address.localPart, domain: mailbox.domain.name, ...endpoint }
}

/**
 * Has the worker watch one of our mailboxes for reports, by a log-in of its own that can read over IMAP and nothing else;
 * its password is sealed to the worker. INVALID where there is no such mailbox, CONFLICT where its folder is watched.
 */
export async function addOwnReportMailbox(actor: Actor, input: AddOwnMailboxInput) {
  requirePermission(actor, 'setting:write')
  const { folder, doneFolder } = input
  const own = await findOwn(input.address)
  const address = `${own.localPart}@${own.domain}`
  const [id, password] = [randomUUID(), randomText(32)]
  const login = mailboxLogin(id, own.domain)
  const hash = await hashMailboxPassword(password)
  const options = { domains: [own.domain], action: 'report-mailbox:create', subject: address }
  return changeMail(actor, 'setting:write', options, async (change) => {
    const { tx } = change
    await refuseMore(tx)
    const before = { folder, credential: { mailboxId: own.id } }
    if (await tx.reportMailbox.findFirst({ where: before, select: { id: true } })) throw exists(address, 'address')
    const credential = await tx.credential.create({
      data: { mailboxId: own.id, login, label: 'reports', hash, services: ['imap'] },
      select: { id: true },
    })
    const secretSealed = sealForWorker(password, mailboxContext(id))
    const place = { host: own.host, port: own.port, security: 'tls', username: login }
    await tx.reportMailbox.create({
      data: { id, ...place, secretSealed, credentialId: credential.id, folder, doneFolder },
    })
    change.audit({ folder, doneFolder })
    change.touchAddress(own.domain, own.localPart)
    await tellWorker(tx)
    return { id }
  })
}

/** Has the worker watch a mailbox elsewhere for reports. Its password is sealed to the worker. CONFLICT where its folder is watched. */
export async function addReportMailboxElsewhere(actor: Actor, input: AddMailboxElsewhereInput) {
  const { host, port, security, username, password, folder, doneFolder } = input
  const options = { domains: [], action: 'report-mailbox:create', subject: username }
  return changeMail(actor, 'setting:write', options, async (change) => {
    const { tx } = change
    await refuseMore(tx)
    const where = { host_username_folder: { host, username, folder } }
    if (await tx.reportMailbox.findUnique({ where, select: { id: true } })) throw exists(username, 'username')
    const id = randomUUID()
    const secretSealed = sealForWorker(password, mailboxContext(id))
    await tx.reportMailbox.create({ data: { id, host, port, security, username, secretSealed, folder, doneFolder } })
    change.audit({ host, port, security, folder, doneFolder })
    await tellWorker(tx)
    return { id }
  })
}

const removeSelect = {
  ...{ id: true, username: true, host: true, folder: true },
  credential: {
    select: {
      ...{ id: true, login: true },
      mailbox: { select: { address: { select: { localPart: true } }, domain: { select: { name: true } } } },
    },
  },
} as const

async function requireMailbox(id: string) {
  const row = await db().reportMailbox.findUnique({ where: { id }, select: removeSelect })
  if (!row) throw new AppError('NOT_FOUND', 'report.mailboxMissing')
  return row
}

/** Ends the watching of a mailbox and takes its log-in away; its mail stays where it is. NOT_FOUND where it is not watched. */
export async function removeReportMailbox(actor: Actor, { id }: ReportMailboxInput) {
  requirePermission(actor, 'setting:write')
  const row = await requireMailbox(id)
  const { credential, folder } = row
  const domain = credential?.mailbox.domain
  const lives = domain ? await db().domain.count({ where: { name: domain.name, deletedAt: null } }) : 0
  const domains = domain && lives > 0 ? [domain.name] : []
  const options = { domains, action: 'report-mailbox:remove', subject: mailboxName(row) }
  return changeMail(actor, 'setting:write', options, async (change) => {
    change.audit({ folder })
    const { count } = await change.tx.reportMailbox.deleteMany({ where: { id } })
    if (count === 0) throw new AppError('NOT_FOUND', 'report.mailboxMissing')
    await tellWorker(change.tx)
    if (!credential) return
    await change.tx.credential.deleteMany({ where: { id: credential.id } })
    for (const name of domains) {
      change.touchLogin(name, credential.login)
      change.touchAddress(name, credential.mailbox.address.localPart)
    }
  })
}

/** Has the worker connect now instead of when its waiting ends. NOT_FOUND where the mailbox is not watched. */
export async function tryReportMailbox(actor: Actor, { id }: ReportMailboxInput) {
  requirePermission(actor, 'setting:write')
  const subject = mailboxName(await requireMailbox(id))
  const options = { domains: [], action: 'report-mailbox:try', subject }
  return changeMail(actor, 'setting:write', options, async ({ tx, now }) => {
    await tx.reportMailbox.updateMany({ where: { id }, data: { state: 'new', stateAt: now } })
    await tellWorker(tx)
  })
}
