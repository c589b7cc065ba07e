import 'server-only'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { requirePermission, systemActor, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { readAgain, readGiven, storeGiven, type Given, type ImportInput, type ImportResult } from '@/lib/dmarc/take-in'
import { AppError } from '@/lib/errors/app-error'
import { logger } from '@/lib/logger/logger'

export type { ImportInput, ImportResult } from '@/lib/dmarc/take-in'

const unpack = promisify(gunzip)

/** Files of which a batch is stored together: so many, or as soon as they hold so much. */
const BATCH_FILES = 64
const BATCH_RECORDS = 5_000
const BATCH_BYTES = 8 * 1024 * 1024

/**
 * Takes in one file as a report. Whatever its content, the result says what became of it; the stored file row is the trace
 * of who gave it. Reports about domains that the actor may not see are `foreign`, as if they were nobody's. What the
 * database does not take is `failed` (and logged), and is tried again. Throws only FORBIDDEN.
 */
export async function importReport(
  actor: Actor,
  input: ImportInput,
  clock: Clock = systemClock,
): Promise<ImportResult> {
  for await (const result of importReports(actor, [input], clock)) return result
  throw new Error('a file without a result')
}

/** The same for many, with a result for each in their order. They are stored in batches; one that fails stops no other. */
export async function* importReports(
  actor: Actor,
  inputs: Iterable<ImportInput> | AsyncIterable<ImportInput>,
  clock: Clock = systemClock,
): AsyncGenerator<ImportResult> {
  requirePermission(actor, 'report:write')
  let batch: Given[] = []
  let records = 0
  let bytes = 0
  // While one batch is being stored the next is read.
  let storing: Promise<ImportResult[]> = Promise.resolve([])
  for await (const input of inputs) {
    const given = await readGiven(actor, input, clock)
    batch.push(given)
    records += given.reading?.kind === 'aggregate' ? (given.reading.report?.records.length ?? 0) : 0
    bytes += given.bytes.length
    if (batch.length < BATCH_FILES && records < BATCH_RECORDS && bytes < BATCH_BYTES) continue
    yield* await storing
    storing = storeGiven(actor, batch)
    // It is waited for in a moment; until then its failure is not nobody's.
    storing.catch(() => undefined)
    batch = []
    records = 0
    bytes = 0
  }
  yield* await storing
  yield* await storeGiven(actor, batch)
}

const RETRIES_AT_ONCE = 20

const retrySelect = {
  ...{ id: true, name: true, sha256: true, sizeBytes: true, actorName: true, receivedAt: true, original: true },
  nextTryAt: true,
} as const

/**
 * Reads a file again that failed, and stores it as its giver would have; whoever asks decides which domains are its own.
 * A domain administrator may ask for what they gave themselves. NOT_FOUND where there is no such file that failed,
 * CONFLICT where its original was not kept.
 */
export async function retryReportFile(
  actor: Actor,
  { id }: { id: string },
  clock: Clock = systemClock,
): Promise<ImportResult> {
  requirePermission(actor, 'report:write')
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  // What is no UUID is no file's id: Postgres would refuse the whole query.
  if (!z.uuid().safeParse(id).success) throw new AppError('NOT_FOUND', 'report.missing')
  const row = await db().reportFile.findFirst({
    where: { AND: [{ id, state: 'failed' }, isLimited ? { actorName: actor.name } : {}] },
    select: retrySelect,
  })
  if (!row) throw new AppError('NOT_FOUND', 'report.missing')
  const { original, nextTryAt, sizeBytes, ...file } = row
  if (original === null) throw new AppError('CONFLICT', 'report.notKept')
  const bytes = await unpack(original, { maxOutputLength: Math.max(1, sizeBytes) })
  const origin = { ...file, sizeBytes, mayRetry: !isLimited && nextTryAt !== null }
  const [result] = await storeGiven(actor, [await readAgain(bytes, origin, clock)])
  if (!result) throw new Error('a file without a result')
  return result
}

/** Every file that failed and whose original is kept: for the command line. */
export async function listRetriable(actor: Actor): Promise<{ id: string; name: string }[]> {
  requirePermission(actor, 'report:write')
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  return db().reportFile.findMany({
    where: { AND: [{ state: 'failed', original: { not: null } }, isLimited ? { actorName: actor.name } : {}] },
    orderBy: { id: 'asc' },
    select: { id: true, name: true },
  })
}

/** Tries again those failed files whose time has come; true where more are due. */
export async function retryFailedFiles(clock: Clock = systemClock): Promise<boolean> {
  const due = await db().reportFile.findMany({
    where: { state: 'failed', nextTryAt: { lte: clock() }, original: { not: null } },
    orderBy: { nextTryAt: 'asc' },
    take: RETRIES_AT_ONCE,
    select: { id: true },
  })
  for (const { id } of due) {
    try {
      await retryReportFile(systemActor('worker'), { id }, clock)
    } catch (error) {
      logger('dmarc').error({ err: error, id }, 'a report that failed could not be tried again')
    }
  }
  return due.length === RETRIES_AT_ONCE
}
