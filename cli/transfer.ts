import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { env } from '@/lib/env'
import { writeBackup } from '@/lib/transfer/backup'
import { restoreBackup } from '@/lib/transfer/restore'
import type { TransferSummary } from '@/lib/transfer/schema'

function told({ tables, mailOf, hasSecrets }: TransferSummary): string {
  const parts = [`${tables} tables`, hasSecrets ? 'the secrets' : 'no secrets (they come from the environment)']
  if (mailOf.length > 0) parts.push(`the mail of ${mailOf.join(', ')}`)
  return parts.join(', ')
}

const directUrl = () => env().DATABASE_DIRECT_URL ?? env().DATABASE_URL

/** `posthouse backup <file>`. */
export async function backup(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const file = resolve(positionals[0] ?? '')
  const state = env().POSTHOUSE_DATA
  const stateFolder = state !== undefined && existsSync(state) ? state : null
  const summary = await writeBackup({ databaseUrl: directUrl(), stateFolder, file, now: new Date() })
  io.err(`${file}: ${told(summary)}\n`)
  return 0
}

/** `posthouse restore <file>`. */
export async function restore(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const stateFolder = env().POSTHOUSE_DATA
  if (stateFolder === undefined) throw new UsageError('POSTHOUSE_DATA has to name the folder of state to restore into')
  const file = resolve(positionals[0] ?? '')
  const options = { databaseUrl: directUrl(), stateFolder, file, now: new Date() }
  const summary = await restoreBackup(systemActor('command line'), options)
  io.err(`restored ${told(summary)}\n`)
  return 0
}
