import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { FailureReport } from '@/lib/dmarc/failure-report'
import type { OwnFile } from '@/lib/dmarc/kept-files'

/** A failure report about mail of a domain of ours. */
export interface OwnFailureReport extends OwnFile {
  report: FailureReport
}

/** Writes failure reports: what was read of them, nothing of the message itself (RFC 9991 §7). Gives the ids of their files. */
export async function createFailureReports(
  tx: Tx,
  fresh: readonly OwnFailureReport[],
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (fresh.length === 0) return []
  await tx.failureReport.createMany({
    data: fresh.map(({ file, domain, report }) => {
      const { sourceIp, authFailure } = report
      const detail: object = report
      const fileId = files.get(file.sha256) ?? ''
      return { fileId, domainId: domain.id, receivedAt: file.receivedAt, sourceIp, authFailure, detail }
    }),
  })
  return fresh.map(({ file }) => files.get(file.sha256) ?? '')
}
