import { describe, expect, it } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain, removeDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { accountOf, loadMailbox } from '@/lib/report-mailboxes/account'
import { listReportMailboxes } from '@/lib/report-mailboxes/queries'
import { addOwnReportMailbox, addReportMailboxElsewhere, removeReportMailbox } from '@/lib/report-mailboxes/service'

const db = testDb()
const actor = systemActor('test')
const domain = 'example.org' as DomainName
const own = { kind: 'own' as const, address: 'dmarc@example.org', folder: 'INBOX', doneFolder: 'Done' }
const elsewhere = {
  ...{ kind: 'elsewhere' as const, host: 'imap.example', port: 143, security: 'starttls' as const, username: 'me' },
  ...{ password: 'very secret', folder: 'INBOX', doneFolder: 'Done' },
}

async function setUp(): Promise<void> {
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const facts = { roles: ['smtp', 'imap'], hostName: 'mx.host.test', publicAddresses: ['192.0.2.1'] }
  await db.node.create({ data: { name: 'mx', ...facts, ...agent, services: { imaps: '192.0.2.1:993' } } })
  await createDomain(actor, { name: domain, description: '' })
  await createMailbox(actor, { domain, localPart: 'dmarc', name: '', password: 'long enough', quotaMebibytes: null })
}

const account = async (id: string) => {
  const row = await loadMailbox(id)
  if (!row) throw new Error('no such mailbox')
  return accountOf(row)
}

describe('a mailbox of ours', () => {
  it('is read by a log-in of its own that reaches IMAP alone, and whose password nobody but the worker can read', async () => {
    await setUp()
    const { result, release } = await addOwnReportMailbox(actor, own)
    expect(release).not.toBeNull()
    const login = `reports-${result.id}@example.org`
    expect(await db.credential.findMany()).toMatchObject([{ login, services: ['imap'], label: 'reports' }])
    const lines = await db.entry.findMany({ where: { map: 'imap/credentials' } })
    expect(lines.map(({ key, value }) => [key, (JSON.parse(value) as { services: string[] }).services])).toEqual([
      [login, ['imap']],
    ])
    const { password, ...place } = await account(result.id)
    expect(place).toEqual({ host: '192.0.2.1', port: 993, isTls: true, mustBeCertified: false, user: login })
    expect(JSON.stringify(await listReportMailboxes(actor))).not.toContain(password)
    expect(JSON.stringify(await db.auditEntry.findMany(), (_key, value: unknown) => String(value))).not.toContain(
      password,
    )
    expect(await listReportMailboxes(actor)).toMatchObject([{ name: 'dmarc@example.org', isOwn: true, state: 'new' }])
  })

  it('is found where its domain has its home now', async () => {
    await setUp()
    const { result } = await addOwnReportMailbox(actor, own)
    await db.node.updateMany({ data: { services: { imaps: '[2001:db8::1]:2993' } } })
    expect(await account(result.id)).toMatchObject({ host: '2001:db8::1', port: 2993 })
  })

  it('is watched once a folder, and only where there is one', async () => {
    await setUp()
    await addOwnReportMailbox(actor, own)
    await expect(addOwnReportMailbox(actor, own)).rejects.toMatchObject({ code: 'CONFLICT' })
    await addOwnReportMailbox(actor, { ...own, folder: 'Junk' })
    const nobody = addOwnReportMailbox(actor, { ...own, address: 'nobody@example.org' })
    await expect(nobody).rejects.toMatchObject({ code: 'INVALID', field: 'address' })
    await db.mailbox.updateMany({ data: { isImapEnabled: false } })
    await expect(addOwnReportMailbox(actor, { ...own, folder: 'More' })).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('says so when it is gone, and can still be removed', async () => {
    await setUp()
    const { result } = await addOwnReportMailbox(actor, own)
    await db.mailbox.updateMany({ data: { disabledAt: new Date() } })
    await expect(account(result.id)).rejects.toMatchObject({ problem: 'mailbox-off' })
    await removeDomain(actor, { name: domain, confirmation: domain })
    await removeReportMailbox(actor, result)
    expect([await db.reportMailbox.count(), await db.credential.count()]).toEqual([0, 0])
    await expect(removeReportMailbox(actor, result)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a mailbox elsewhere', () => {
  it('must show a valid certificate, and its password stands nowhere in the clear', async () => {
    const { result, release } = await addReportMailboxElsewhere(actor, elsewhere)
    expect(release).toBeNull()
    expect(await account(result.id)).toEqual({
      ...{ host: 'imap.example', port: 143, isTls: false, mustBeCertified: true, user: 'me', password: 'very secret' },
    })
    expect(JSON.stringify(await db.reportMailbox.findMany())).not.toContain('very secret')
    expect(JSON.stringify(await db.auditEntry.findMany(), (_key, value: unknown) => String(value))).not.toContain(
      'very secret',
    )
    expect(await listReportMailboxes(actor)).toMatchObject([{ name: 'me@imap.example', isOwn: false }])
    await expect(addReportMailboxElsewhere(actor, elsewhere)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is one of twenty at most', async () => {
    for (let at = 0; at < 20; at++) await addReportMailboxElsewhere(actor, { ...elsewhere, username: `u${at}` })
    await expect(addReportMailboxElsewhere(actor, elsewhere)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
