import 'server-only'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Tx } from '@/lib/db/client'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import type { ReportReason } from '@/lib/dmarc/reasons'

const compress = promisify(gzip)

/** What a file's row says of it, whatever became of it. */
export interface FileRow {
  /** Of a file that is tried again: its row's. */
  id?: string
  name: string
  sha256: string
  sizeBytes: number
  actorName: string
  receivedAt: Date
  /** Later than `receivedAt` where it is tried again. */
  triedAt: Date
  /** A mail is verified once it is stored. */
  isMail: boolean
  /** Whether the worker may try it again by itself: it sees every domain, so whoever gave the file must have too. */
  mayRetry: boolean
}

/** A file with a report about a domain of ours. */
export interface OwnFile {
  file: FileRow
  bytes: Buffer
  domain: OwnDomain
}

/** A file that is no report of ours, with why. */
export interface RefusedFile {
  file: FileRow
  /** Kept of what failed, which is tried again. */
  bytes: Buffer
  state: 'rejected' | 'failed' | 'foreign'
  kind: string | null
  reason: ReportReason
}

/** What became of an own report: its id, or of what it is a duplicate. */
export type Stored =
  { reportId: string; duplicateOf: null } | { reportId: null; duplicateOf: 'duplicate-file' | 'duplicate-report' }

export type KeptFile = FileRow & {
  kind: string | null
  state: string
  reason: string | null
  original: Uint8Array<ArrayBuffer> | null
}

const MINUTE = 60_000
/** How long after the first attempt, the second and so on what failed is tried again; then no more. */
const RETRY_AFTER = [MINUTE, 5 * MINUTE, 30 * MINUTE, 180 * MINUTE, 720 * MINUTE]

/** What is believed of a file that has just been stored (lib/dmarc/trust/verdict.ts). */
export function trustOf({ isMail }: Pick<FileRow, 'isMail'>): 'pending' | 'none' {
  return isMail ? 'pending' : 'none'
}

/** The original as it is kept: gzip. */
export async function packed({ bytes }: { bytes: Buffer }): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await compress(bytes))
}

/** Hashes of those files that are stored already. */
export async function storedFiles(tx: Tx, own: readonly OwnFile[]): Promise<Set<string>> {
  const rows = await tx.reportFile.findMany({
    where: { sha256: { in: own.map(({ file }) => file.sha256) }, state: 'stored' },
    select: { sha256: true },
  })
  return new Set(rows.map(({ sha256 }) => sha256))
}

/** A file that is not in the set is new, and in it from now on. */
export function firstOf(files: Set<string>, sha256: string): Stored {
  if (files.has(sha256)) return { reportId: null, duplicateOf: 'duplicate-file' }
  files.add(sha256)
  return { reportId: '', duplicateOf: null }
}

/** True at the places of those that are to be stored. */
export function isNew(results: readonly Stored[]): (_item: unknown, at: number) => boolean {
  return (_item, at) => results[at]?.duplicateOf === null
}

/** The results with the ids that the new ones got, in their order. */
export function withIds(results: readonly Stored[], ids: readonly string[]): Stored[] {
  const left = [...ids]
  return results.map((result) => (result.duplicateOf === null ? { ...result, reportId: left.shift() ?? '' } : result))
}

/** The row of a file of ours; the original is kept of what is stored. */
export function keptFile(
  kind: string,
  file: FileRow,
  result: Stored | undefined,
  original: Uint8Array<ArrayBuffer> | undefined,
): KeptFile {
  const reason = result?.duplicateOf ?? null
  const isStored = reason === null
  const state = isStored ? 'stored' : 'duplicate'
  return { ...file, kind, state, reason, original: isStored ? (original ?? null) : null }
}

/** The row of a file that is no report of ours; the original is kept of what failed. */
export async function refusedFile({ bytes, file, state, kind, reason }: RefusedFile): Promise<KeptFile> {
  return { ...file, state, kind, reason, original: state === 'failed' ? await packed({ bytes }) : null }
}

/** Writes the rows of files; a stored one stays as it is. Gives the ids of the written ones by their hash. */
export async function keepFiles(tx: Tx, rows: readonly KeptFile[]): Promise<Map<string, string>> {
  // The same file twice in a batch leaves one row, and that of what was stored.
  const byHash = new Map(rows.toReversed().map((row) => [row.sha256, row]))
  for (const row of rows) if (row.state === 'stored') byHash.set(row.sha256, row)
  const before = await tx.$queryRaw<{ sha256: string; attempts: number }[]>`
    DELETE FROM report_file WHERE sha256 = ANY(${[...byHash.keys()]}) AND state <> 'stored' RETURNING sha256, attempts`
  const attempts = new Map(before.map((row) => [row.sha256, row.attempts]))
  const created = await tx.reportFile.createManyAndReturn({
    data: [...byHash.values()].map((row) => columnsOf(row, (attempts.get(row.sha256) ?? 0) + 1)),
    skipDuplicates: true,
    select: { id: true, sha256: true },
  })
  return new Map(created.map(({ id, sha256 }) => [sha256, id]))
}

function columnsOf({ isMail, mayRetry, triedAt, ...row }: KeptFile, attempts: number) {
  const trust = row.state === 'stored' ? trustOf({ isMail }) : 'none'
  const delay = row.state === 'failed' && mayRetry ? RETRY_AFTER[attempts - 1] : undefined
  return { ...row, trust, attempts, nextTryAt: delay === undefined ? null : new Date(triedAt.getTime() + delay) }
}
