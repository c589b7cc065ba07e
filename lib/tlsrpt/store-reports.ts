import 'server-only'
import type { Tx } from '@/lib/db/client'
import { firstOf, type OwnFile, type Stored } from '@/lib/dmarc/kept-files'
import type { TlsPolicy, TlsReport } from '@/lib/tlsrpt/parse-report'

/** A TLS report that speaks of domains of ours: what it says of each policy domain. `domain` is that of the first. */
export interface OwnTlsReport extends OwnFile {
  report: TlsReport
  parts: { domainId: string; policyDomain: string; policies: TlsPolicy[] }[]
}

const KEY_LENGTH = 250

interface TlsKey {
  organization: string
  reportId: string
  policyDomain: string
  beginsAt: Date
  endsAt: Date
}

const keyText = ({ organization, reportId, policyDomain, beginsAt, endsAt }: TlsKey) =>
  JSON.stringify([organization, reportId, policyDomain, beginsAt.getTime(), endsAt.getTime()])

function keysOf({ report, parts }: OwnTlsReport): TlsKey[] {
  const { beginsAt, endsAt } = report
  // An index holds no longer words.
  const [organization, reportId] = [report.organizationName, report.reportId].map((text) => text.slice(0, KEY_LENGTH))
  return parts.map(({ policyDomain }) => ({
    ...{ organization: organization ?? '', reportId: reportId ?? '', policyDomain },
    ...{ beginsAt: new Date(beginsAt), endsAt: new Date(endsAt) },
  }))
}

/** Which of the reports are stored already; `files` are the hashes of stored files, to which the new ones are added. */
export async function findTlsDuplicates(tx: Tx, own: readonly OwnTlsReport[], files: Set<string>): Promise<Stored[]> {
  if (own.length === 0) return []
  const rows = await tx.tlsReport.findMany({
    where: { reportId: { in: own.flatMap((one) => keysOf(one).map(({ reportId }) => reportId)) } },
    select: { organization: true, reportId: true, policyDomain: true, beginsAt: true, endsAt: true },
  })
  const known = new Set(rows.map(keyText))
  return own.map((one) => {
    const keys = keysOf(one).map(keyText)
    if (!files.has(one.file.sha256) && keys.some((key) => known.has(key)))
      return { reportId: null, duplicateOf: 'duplicate-report' }
    for (const key of keys) known.add(key)
    return firstOf(files, one.file.sha256)
  })
}

/** Writes reports, a row for each policy domain; gives the ids of their files. */
export async function createTlsReports(
  tx: Tx,
  fresh: readonly OwnTlsReport[],
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (fresh.length === 0) return []
  const data = fresh.flatMap((one) =>
    keysOf(one).map((key, at) => {
      const part = one.parts[at]
      const policies = part?.policies ?? []
      const stored: object[] = policies
      return {
        ...{ ...key, fileId: files.get(one.file.sha256) ?? '', domainId: part?.domainId ?? '' },
        successCount: policies.reduce((total, policy) => total + policy.successfulSessions, 0),
        failureCount: policies.reduce((total, policy) => total + policy.failedSessions, 0),
        policies: stored,
      }
    }),
  )
  await tx.tlsReport.createMany({ data })
  return fresh.map(({ file }) => files.get(file.sha256) ?? '')
}
