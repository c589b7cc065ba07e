import 'server-only'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Tx } from '@/lib/db/client'
import type { OwnDomain } from '@/lib/dmarc/find-domain'

const compress = promisify(gzip)

/** What a file's row says of it, whatever became of it. */
export interface FileRow {
  name: string
  sha256: string
  sizeBytes: number
  actorName: string
  receivedAt: Date
}

/** A file with a report about a domain of ours. */
export interface OwnFile {
  file: FileRow
  bytes: Buffer
  domain: OwnDomain
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

/** The original as it is kept: gzip. */
export async function packed({ bytes }: OwnFile): Promise<Uint8Array<ArrayBuffer>> {
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

/** Writes the rows of files; a stored one stays as it is. Gives the ids of the written ones by their hash. */
export async function keepFiles(tx: Tx, rows: readonly KeptFile[]): Promise<Map<string, string>> {
  // The same file twice in a batch leaves one row, and that of what was stored.
  const byHash = new Map(rows.toReversed().map((row) => [row.sha256, row]))
  for (const row of rows) if (row.state === 'stored') byHash.set(row.sha256, row)
  await tx.reportFile.deleteMany({ where: { sha256: { in: [...byHash.keys()] }, state: { not: 'stored' } } })
  const created = await tx.reportFile.createManyAndReturn({
    data: [...byHash.values()],
    skipDuplicates: true,
    select: { id: true, sha256: true },
  })
  return new Map(created.map(({ id, sha256 }) => [sha256, id]))
}
