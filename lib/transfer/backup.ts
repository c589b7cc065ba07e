import 'server-only'
import { createWriteStream, existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { AppError } from '@/lib/errors/app-error'
import { pack } from '@/lib/transfer/archive'
import type { Manifest, TransferSummary } from '@/lib/transfer/schema'
import { columnList, listApplied, listSequences, listTables } from '@/lib/transfer/tables'

export interface BackupOptions {
  /** A direct connection, not one through a pooler of transactions. */
  databaseUrl: string
  /** The installation's state folder; null where it has none (its secrets then come from the environment). */
  stateFolder: string | null
  /** The archive to write; refused when it exists. */
  file: string
  now: Date
}

async function mailFolders(stateFolder: string | null): Promise<string[]> {
  const nodes = stateFolder && join(stateFolder, 'nodes')
  if (!nodes || !existsSync(nodes)) return []
  const names = await readdir(nodes)
  return names.filter((name) => existsSync(join(nodes, name, 'mail'))).sort()
}

/** Writes every table below `folder` as one snapshot of the database and gives what the manifest says of them. */
async function copyTables(databaseUrl: string, folder: string) {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const migrations = await listApplied(client)
    const tables = await listTables(client)
    const sequences = await listSequences(client)
    for (const table of tables) {
      const rows = client.query(copyTo(`COPY (SELECT ${columnList(table)} FROM "${table.name}") TO STDOUT`))
      await pipeline(rows, createWriteStream(join(folder, `${table.name}.copy`)))
    }
    await client.query('COMMIT')
    return { migrations, tables, sequences }
  } finally {
    await client.end()
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Writes one archive of the whole installation: all tables in one consistent state, the secrets, and the mail that the
 * native companion keeps. The queue of jobs is left out: jobs are made anew from the tables. Readable by its owner alone,
 * since it holds secrets. CONFLICT where the file exists; leaves no half archive behind.
 */
export async function writeBackup(options: BackupOptions): Promise<TransferSummary> {
  const { databaseUrl, stateFolder, file, now } = options
  if (existsSync(file)) throw new AppError('CONFLICT', 'transfer.fileExists', { file })
  const stage = await mkdtemp(join(dirname(file), '.posthouse-backup-'))
  const unfinished = join(stage, 'archive')
  try {
    await mkdir(join(stage, 'tables'))
    const database = await copyTables(databaseUrl, join(stage, 'tables'))
    const secrets = stateFolder && join(stateFolder, 'secrets.json')
    const hasSecrets = secrets !== null && existsSync(secrets)
    if (hasSecrets) await copyFile(secrets, join(stage, 'secrets.json'))
    const mailOf = await mailFolders(stateFolder)
    const manifest: Manifest = { format: 1, createdAt: now.toISOString(), ...database, hasSecrets, mailOf }
    await writeFile(join(stage, 'manifest.json'), JSON.stringify(manifest, null, 2))
    const members = ['manifest.json', ...(hasSecrets ? ['secrets.json'] : []), 'tables']
    const mail = mailOf.map((name) => join('nodes', name, 'mail'))
    await pack(unfinished, [
      [stage, members],
      ...(stateFolder && mail.length > 0 ? [[stateFolder, mail] as const] : []),
    ])
    await chmod(unfinished, 0o600)
    await flush(unfinished)
    await rename(unfinished, file)
    return { tables: database.tables.length, mailOf, hasSecrets }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
