import { describe, expect, test } from 'vitest'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { createAlias, removeAlias } from '@/lib/aliases/service'
import { auditHash } from '@/lib/audit/append'
import { systemActor, type Actor } from '@/lib/auth/actor'
import type { Db } from '@/lib/db/client'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain, removeDomain, updateDomain } from '@/lib/domains/service'
import { createMailbox, removeMailbox, updateMailbox } from '@/lib/mailboxes/service'
import { changeMail } from '@/lib/releases/change-mail'

const db = testDb()
const actor = systemActor('test')
const name = 'example.test' as DomainName

async function seed(): Promise<void> {
  await db.node.create({
    data: {
      name: 'imap1',
      roles: ['imap'],
      hostName: 'imap1.posthouse.test',
      agentUrl: 'https://127.0.0.1:1',
      agentFingerprint: '',
      agentTokenSealed: '',
      services: { lmtp: '127.0.0.20:2424' },
    },
  })
  await db.admin.create({ data: { email: 'owner@elsewhere.test', name: 'Owner', role: 'owner', passwordHash: '' } })
  await createDomain(actor, { name, description: '' })
}

const mailbox = (localPart: string) => ({
  domain: name,
  localPart,
  name: '',
  password: 'correct horse',
  quotaMebibytes: null,
})

async function lines(client: Db, map: string): Promise<string[]> {
  const rows = await client.entry.findMany({ where: { map }, orderBy: { key: 'asc' } })
  return rows.map((row) => `${row.key} ${row.value}`)
}

/** Rows, entries and both chains agree: what every change must leave behind. */
async function expectConsistent(): Promise<void> {
  const entries = await db.entry.findMany()
  const pairs = Map.groupBy(entries, (entry) => `${entry.map} ${entry.domain}`)
  for (const row of await db.mapHash.findMany()) {
    const group = pairs.get(`${row.map} ${row.domain}`) ?? []
    const hash = updateHash(
      EMPTY_HASH,
      group.map(({ key, value }) => ({ key, before: null, after: value })),
    )
    expect([row.map, row.domain, row.hash, row.count]).toEqual([row.map, row.domain, hash, group.length])
  }
  const replayed = new Map<string, string>()
  for (const change of await db.releaseChange.findMany({ orderBy: { release: 'asc' } })) {
    const id = `${change.map} ${change.domain} ${change.key}`
    expect(change.before).toBe(replayed.get(id) ?? null)
    if (change.after === null) replayed.delete(id)
    else replayed.set(id, change.after)
  }
  expect(replayed).toEqual(new Map(entries.map((entry) => [`${entry.map} ${entry.domain} ${entry.key}`, entry.value])))
  let head = ''
  for (const { id, hash, previousHash, ...content } of await db.auditEntry.findMany({ orderBy: { id: 'asc' } })) {
    expect(previousHash).toBe(head)
    expect(auditHash(previousHash, id, content)).toBe(hash)
    head = hash
  }
  const numbers = (await db.release.findMany({ orderBy: { number: 'asc' } })).map((release) => Number(release.number))
  expect(numbers).toEqual(numbers.map((_number, index) => index + 1))
}

describe('a change', () => {
  test('becomes the lines of the touched address and nothing else', async () => {
    await seed()
    expect(await lines(db, 'smtp/aliases')).toEqual([
      `abuse@${name} owner@elsewhere.test`,
      `mailer-daemon@${name} owner@elsewhere.test`,
      `postmaster@${name} owner@elsewhere.test`,
      `root@${name} owner@elsewhere.test`,
    ])
    const { release } = await createMailbox(actor, mailbox('anna'))
    const storageId = (await db.mailbox.findFirstOrThrow()).storageId
    const changes = await db.releaseChange.findMany({
      where: { release: BigInt(release ?? 0) },
      orderBy: { map: 'asc' },
    })
    expect(changes.map((change) => [change.map, change.key, change.before])).toEqual([
      ['imap/users', `anna@${name}`, null],
      ['smtp/mailboxes', `anna@${name}`, null],
      ['smtp/senders', `anna@${name}`, null],
    ])
    expect(await lines(db, 'smtp/mailboxes')).toEqual([`anna@${name} ${storageId}/`])
    expect(await lines(db, 'smtp/homes')).toEqual([`${name} lmtp:inet:[127.0.0.20]:2424`])
    await expectConsistent()
  })

  test('that changes no line makes no release and still an audit entry', async () => {
    await seed()
    await createMailbox(actor, mailbox('anna'))
    const releases = await db.release.count()
    const row = await db.mailbox.findFirstOrThrow()
    const input = {
      ...{ domain: name, localPart: 'anna', revision: row.revision, name: 'Anna', quotaMebibytes: 5120 },
      ...{ isImapEnabled: true, isPop3Enabled: true, isSubmissionEnabled: true, isSieveEnabled: true },
      ...{ isSendOnly: false, isDisabled: false, forwardTargets: [], forwardKeepsCopy: true },
    }
    expect((await updateMailbox(actor, input)).release).toBeNull()
    expect(await db.release.count()).toBe(releases)
    expect(await db.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'mailbox:update',
    })
    await expect(updateMailbox(actor, input)).rejects.toMatchObject({ messageKey: 'form.stale' })
    await expectConsistent()
  })

  test('that fails leaves nothing', async () => {
    await seed()
    const before = [await db.entry.count(), await db.auditEntry.count(), await db.release.count()]
    const work = changeMail(actor, 'domain:update', { domains: [name], action: 'x', subject: 'x' }, async (change) => {
      await change.tx.domain.update({ where: { name }, data: { suspendMode: 'refuse' } })
      change.touchAllAddresses(name)
      throw new Error('late')
    })
    await expect(work).rejects.toThrow('late')
    expect([await db.entry.count(), await db.auditEntry.count(), await db.release.count()]).toEqual(before)
    expect((await db.domain.findUniqueOrThrow({ where: { name } })).suspendMode).toBeNull()
  })

  test('by fifty writers of one domain at once loses none and keeps both chains', async () => {
    await seed()
    await Promise.all(Array.from({ length: 50 }, (_value, index) => createMailbox(actor, mailbox(`user${index}`))))
    expect(await db.mailbox.count()).toBe(50)
    expect((await db.domain.findUniqueOrThrow({ where: { name } })).mailboxCount).toBe(50)
    expect(await lines(db, 'imap/users')).toHaveLength(50)
    await expectConsistent()
  }, 60_000)
})

describe('directory', () => {
  test('an address belongs to one, and to nobody else within the undo time', async () => {
    await seed()
    await createMailbox(actor, mailbox('anna'))
    await expect(createMailbox(actor, mailbox('anna'))).rejects.toMatchObject({
      messageKey: 'address.taken',
      field: 'localPart',
    })
    const alias = { domain: name, localPart: 'anna', targets: ['x@y.test'], note: '', allowsSending: true }
    await expect(createAlias(actor, alias)).rejects.toMatchObject({ messageKey: 'address.taken' })
    await removeMailbox(actor, { domain: name, localPart: 'anna', confirmation: `anna@${name}` })
    await expect(createAlias(actor, alias)).rejects.toMatchObject({ messageKey: 'address.tombstone' })
    expect(await lines(db, 'smtp/mailboxes')).toEqual([])
    expect(await lines(db, 'smtp/access')).toEqual([`anna@${name} 550 5.1.1 This address does not exist`])
    expect(await lines(db, 'imap/users')).toEqual([expect.stringContaining('"password":null')])
    await expectConsistent()
  })

  test('an alias lets its mailboxes send as it, until it goes', async () => {
    await seed()
    await createMailbox(actor, mailbox('anna'))
    const alias = {
      domain: name,
      localPart: 'sales',
      targets: [`anna@${name}`, 'x@y.test'],
      note: '',
      allowsSending: true,
    }
    await createAlias(actor, alias)
    expect(await lines(db, 'smtp/senders')).toEqual([`anna@${name} anna@${name}`, `sales@${name} anna@${name}`])
    await removeAlias(actor, { domain: name, localPart: 'sales' })
    expect(await lines(db, 'smtp/senders')).toEqual([`anna@${name} anna@${name}`])
    await expectConsistent()
  })

  test('refuses an alias that reaches itself through another alias', async () => {
    await seed()
    const alias = (localPart: string, target: string) =>
      createAlias(actor, { domain: name, localPart, targets: [target], note: '', allowsSending: false })
    await alias('a', `b@${name}`)
    await alias('b', `c+tag@${name}`)
    await expect(alias('c', `a@${name}`)).rejects.toMatchObject({ messageKey: 'alias.loop', field: 'targets' })
    await expect(alias('d', `D@${name}`.toLowerCase())).rejects.toMatchObject({ messageKey: 'alias.loop' })
  })

  test('a catch-all gives every mailbox its identity line', async () => {
    await seed()
    await createMailbox(actor, mailbox('anna'))
    const row = await db.domain.findUniqueOrThrow({ where: { name } })
    const input = {
      name,
      revision: row.revision,
      description: '',
      postmasterTarget: null,
      suspendMode: null,
      defaultQuotaMebibytes: 1,
    }
    await updateDomain(actor, { ...input, catchAllTarget: `anna@${name}` })
    const aliases = await lines(db, 'smtp/aliases')
    expect(aliases).toContain(`@${name} anna@${name}`)
    expect(aliases).toContain(`anna@${name} anna@${name}`)
    await expectConsistent()
  })

  test('a removed domain is taken off every smtp map and keeps its users without log-in', async () => {
    await seed()
    await createMailbox(actor, mailbox('anna'))
    await removeDomain(actor, { name, confirmation: 'Example.test' })
    const rest = await db.entry.findMany({ where: { domain: name } })
    expect(rest.map((entry) => entry.map)).toEqual(['imap/users'])
    await expect(createDomain(actor, { name, description: '' })).rejects.toMatchObject({
      messageKey: 'domain.deletedRecently',
    })
    await expectConsistent()
  })

  test('a domain administrator of another domain finds nothing', async () => {
    await seed()
    const admin = await db.admin.create({
      data: { email: 'a@b.test', name: 'A', role: 'domain_admin', passwordHash: '' },
    })
    const stranger: Actor = {
      kind: 'admin',
      id: admin.id,
      name: 'A',
      role: 'domain_admin',
      sessionId: '',
      address: null,
    }
    await expect(createMailbox(stranger, mailbox('x'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(createDomain(stranger, { name: 'y.test' as DomainName, description: '' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const domain = await db.domain.findUniqueOrThrow({ where: { name } })
    await db.grant.create({ data: { adminId: admin.id, domainId: domain.id } })
    await expect(createMailbox(stranger, mailbox('x'))).resolves.toMatchObject({ result: { address: `x@${name}` } })
  })
})
