import 'server-only'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { z } from 'zod'
import { appendAudit } from '@/lib/audit/append'
import type { Actor } from '@/lib/auth/actor'
import { openDb } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { currentEpoch, EPOCH_SETTING } from '@/lib/releases/epoch'
import { unpack } from '@/lib/transfer/archive'
import { manifestSchema, type Manifest, type TransferSummary } from '@/lib/transfer/schema'
import { columnList, findFilledTable } from '@/lib/transfer/tables'
import { applyMigrations, readMigrations } from '@/prisma/engine'
import { migrate } from '@/prisma/migrate'

export interface RestoreOptions {
  databaseUrl: string
  /** Where secrets and mail go. */
  stateFolder: string
  file: string
  now: Date
}

const secretsSchema = z.record(z.string(), z.string())
/** The password of the embedded database belongs to the database that is there, not to the one that was. */
const STAYS = 'databasePassword'

async function readManifest(stage: string, file: string): Promise<Manifest> {
  const path = join(stage, 'manifest.json')
  const parsed = existsSync(path) ? manifestSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))) : null
  if (!parsed?.success) throw new AppError('INVALID', 'transfer.noBackup', { file })
  const known = new Set(readMigrations().map(({ name }) => name))
  const unknown = parsed.data.migrations.find((name) => !known.has(name))
  if (unknown) throw new AppError('CONFLICT', 'transfer.newer', { migration: unknown })
  return parsed.data
}

/** Leaves a database without tables of ours; CONFLICT where one of them holds a row. */
async function requireEmpty(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const table = await findFilledTable(client)
    if (table !== null) throw new AppError('CONFLICT', 'transfer.notEmpty', { table })
    await client.query('DROP SCHEMA IF EXISTS public CASCADE')
    await client.query('CREATE SCHEMA public')
  } finally {
    await client.end()
  }
}

async function readTables(databaseUrl: string, stage: string, manifest: Manifest): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('BEGIN')
    for (const table of manifest.tables) {
      const rows = client.query(copyFrom(`COPY "${table.name}" (${columnList(table)}) FROM STDIN`))
      await pipeline(createReadStream(join(stage, 'tables', `${table.name}.copy`)), rows)
    }
    for (const { name, value } of manifest.sequences) {
      await client.query('select setval($1::regclass, $2::bigint, false)', [`public."${name}"`, value])
    }
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

/**
 * Makes the restored state a new epoch, so that nodes which have seen later releases than the backup knows take it all the
 * same. The number is of the clock: a second restore of the same backup is above the first. Sessions and one-time links of
 * the past are void.
 */
async function beginEpoch(actor: Actor, { databaseUrl, now }: RestoreOptions, manifest: Manifest): Promise<void> {
  const db = openDb(databaseUrl, 1)
  try {
    await db.$transaction(async (tx) => {
      const minutes = Math.floor(now.getTime() / 60_000)
      const epoch = Math.max((await currentEpoch(tx)) + 1, minutes)
      await tx.setting.upsert({
        where: { key: EPOCH_SETTING },
        create: { key: EPOCH_SETTING, value: epoch },
        update: { value: epoch },
      })
      await tx.session.deleteMany()
      await tx.oneTimeLink.deleteMany()
      const line = { action: 'backup:restore', subject: manifest.createdAt, domainNames: [], release: null, now }
      await appendAudit(tx, actor, { ...line, detail: { epoch } })
    })
  } finally {
    await db.$disconnect()
  }
}

async function restoreSecrets(stage: string, stateFolder: string): Promise<void> {
  const read = async (path: string) =>
    existsSync(path) ? secretsSchema.parse(JSON.parse(await readFile(path, 'utf8'))) : {}
  const target = join(stateFolder, 'secrets.json')
  const [was, is] = await Promise.all([read(join(stage, 'secrets.json')), read(target)])
  const merged = { ...is, ...was, ...(is[STAYS] ? { [STAYS]: is[STAYS] } : {}) }
  const unfinished = `${target}.restored`
  await writeFile(unfinished, `${JSON.stringify(merged, null, 2)}\n`, { mode: 0o600 })
  await rename(unfinished, target)
}

/**
 * Brings back an archive of {@link writeBackup} into an empty database (tables without rows count as empty) and a state
 * folder without mail: the schema as it was, the rows, then the migrations that came since. INVALID for a file that is no
 * backup, CONFLICT where something is in the way or the backup is of a newer Posthouse. Nothing is written before all of
 * this is known to fit; rows come in one transaction.
 */
export async function restoreBackup(actor: Actor, options: RestoreOptions): Promise<TransferSummary> {
  const { databaseUrl, stateFolder, file } = options
  if (!existsSync(file)) throw new AppError('NOT_FOUND', 'transfer.noFile', { file })
  await mkdir(stateFolder, { recursive: true })
  const stage = await mkdtemp(join(stateFolder, '.restore-'))
  try {
    await unpack(file, stage).catch((cause: unknown) => {
      throw new AppError('INVALID', 'transfer.noBackup', { file }, { cause })
    })
    const manifest = await readManifest(stage, file)
    const mail = manifest.mailOf.map((name) => join('nodes', name, 'mail'))
    const inTheWay = mail.find((path) => existsSync(join(stateFolder, path)))
    if (inTheWay) throw new AppError('CONFLICT', 'transfer.mailExists', { path: join(stateFolder, inTheWay) })
    await requireEmpty(databaseUrl)
    const applied = new Set(manifest.migrations)
    await applyMigrations(
      databaseUrl,
      readMigrations().filter(({ name }) => applied.has(name)),
    )
    await readTables(databaseUrl, stage, manifest)
    await migrate(databaseUrl)
    await beginEpoch(actor, options, manifest)
    for (const path of mail) {
      await mkdir(join(stateFolder, path, '..'), { recursive: true, mode: 0o755 })
      await rename(join(stage, path), join(stateFolder, path))
    }
    if (manifest.hasSecrets) await restoreSecrets(stage, stateFolder)
    return { tables: manifest.tables.length, mailOf: manifest.mailOf, hasSecrets: manifest.hasSecrets }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
