import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { openDb } from '@/lib/db/client'
import { createBlankDatabase, testDb } from '@/lib/db/testing'
import { currentEpoch } from '@/lib/releases/epoch'
import { writeBackup } from '@/lib/transfer/backup'
import { restoreBackup } from '@/lib/transfer/restore'
import { sortByReferences } from '@/lib/transfer/tables'
import { migrate } from '@/prisma/migrate'

const actor = systemActor('test')
const now = new Date('2026-11-22T12:00:00Z')
const db = testDb()

let folder = ''
let target = ''

async function makeState(name: string, files: Record<string, string>): Promise<string> {
  const state = join(folder, name)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(state, path, '..'), { recursive: true })
    await writeFile(join(state, path), text)
  }
  return state
}

/** A domain with an address, a node and rows with everything that COPY has to quote. */
async function fill(): Promise<void> {
  const node = { hostName: 'imap.example', agentUrl: 'https://127.0.0.1', agentFingerprint: '', agentTokenSealed: '' }
  const home = await db.node.create({ data: { name: 'imap1', roles: ['imap'], services: {}, ...node } })
  const domain = await db.domain.create({
    data: {
      name: 'example.test',
      homeNodeId: home.id,
      description: 'tab\t line\n back\\slash \\N "é"',
      tags: ['a,b', '{}'],
    },
  })
  await db.hostedName.create({ data: { name: domain.name, domainId: domain.id } })
  await db.address.create({ data: { domainId: domain.id, localPart: 'anna', owner: 'mailbox' } })
  await db.reportFile.create({
    data: {
      name: 'r.xml',
      sha256: 'x',
      state: 'stored',
      sizeBytes: 3,
      actorName: 'a',
      original: Buffer.from([0, 255, 10]),
    },
  })
  await db.oneTimeLink.create({ data: { purpose: 'setup', tokenHash: 'h', expiresAt: now } })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthouse-transfer-'))
  target = await createBlankDatabase(inject('maintenanceDatabaseUrl'), `restore_${process.env.VITEST_POOL_ID ?? '0'}`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function backUp(stateFolder: string | null): Promise<string> {
  const file = join(folder, 'backup.tar.gz')
  await writeBackup({ databaseUrl: process.env.DATABASE_URL ?? '', stateFolder, file, now })
  return file
}

describe('a backup', () => {
  it('brings every row, the secrets and the mail back into an empty installation', async () => {
    await fill()
    const source = await makeState('source', {
      'secrets.json': JSON.stringify({ POSTHOUSE_SECRET: 'old', databasePassword: 'old' }),
      'nodes/imap1/mail/b1/cur/1:2,S': 'Subject: hello\n',
    })
    const restored = await makeState('restored', { 'secrets.json': JSON.stringify({ databasePassword: 'new' }) })
    const summary = await restoreBackup(actor, {
      databaseUrl: target,
      stateFolder: restored,
      file: await backUp(source),
      now,
    })
    expect(summary).toMatchObject({ mailOf: ['imap1'], hasSecrets: true })

    const copy = openDb(target, 1)
    try {
      const domains = { include: { hostedName: true, addresses: true, homeNode: true } }
      expect(await copy.domain.findMany(domains)).toEqual(await db.domain.findMany(domains))
      expect(await copy.reportFile.findMany()).toEqual(await db.reportFile.findMany())
      expect(await copy.oneTimeLink.count()).toBe(0)
      expect(await currentEpoch(copy)).toBe(Math.floor(now.getTime() / 60_000))
      expect(await copy.auditEntry.findMany({ select: { action: true } })).toEqual([{ action: 'backup:restore' }])
    } finally {
      await copy.$disconnect()
    }
    expect(await migrate(target)).toEqual([])
    expect(await readFile(join(restored, 'nodes/imap1/mail/b1/cur/1:2,S'), 'utf8')).toBe('Subject: hello\n')
    const secrets: unknown = JSON.parse(await readFile(join(restored, 'secrets.json'), 'utf8'))
    expect(secrets).toEqual({ POSTHOUSE_SECRET: 'old', databasePassword: 'new' })
  })

  it('holds every table of the schema', async () => {
    const file = await backUp(null)
    await restoreBackup(actor, { databaseUrl: target, stateFolder: join(folder, 'restored'), file, now })
    const copy = openDb(target, 1)
    try {
      const names = `select count(*)::int as count from pg_tables where schemaname = 'public'`
      expect(await copy.$queryRawUnsafe(names)).toEqual(await db.$queryRawUnsafe(names))
    } finally {
      await copy.$disconnect()
    }
  })

  it('is not restored over rows that are there', async () => {
    const file = await backUp(null)
    const options = { databaseUrl: target, stateFolder: join(folder, 'restored'), file, now }
    await restoreBackup(actor, options)
    await expect(restoreBackup(actor, options)).rejects.toMatchObject({ messageKey: 'transfer.notEmpty' })
  })

  it('is not restored over mail that is there, and leaves the database alone then', async () => {
    const file = await backUp(await makeState('source', { 'nodes/imap1/mail/x': '' }))
    const stateFolder = await makeState('restored', { 'nodes/imap1/mail/y': '' })
    const restoring = restoreBackup(actor, { databaseUrl: target, stateFolder, file, now })
    await expect(restoring).rejects.toMatchObject({ messageKey: 'transfer.mailExists' })
    const tables = openDb(target, 1)
    expect(await tables.$queryRaw`select 1 from pg_tables where schemaname = 'public'`).toEqual([])
    await tables.$disconnect()
  })

  it('of something else is refused', async () => {
    const file = join(folder, 'no.tar.gz')
    await writeFile(file, 'no archive')
    const restoring = restoreBackup(actor, { databaseUrl: target, stateFolder: folder, file, now })
    await expect(restoring).rejects.toMatchObject({ messageKey: 'transfer.noBackup' })
  })

  it('does not replace a file that is there', async () => {
    await backUp(null)
    await expect(backUp(null)).rejects.toMatchObject({ messageKey: 'transfer.fileExists' })
  })
})

describe('tables', () => {
  const items = ['c', 'b', 'a'].map((name) => ({ name }))

  it('come after those they refer to', () => {
    const sorted = sortByReferences(
      items,
      new Map([
        ['c', new Set(['b'])],
        ['b', new Set(['a'])],
      ]),
    )
    expect(sorted.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  it('in a circle are named', () => {
    const circle = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['a'])],
    ])
    expect(() => sortByReferences(items, circle)).toThrow(/circle: b, a/)
  })
})
