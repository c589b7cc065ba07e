import 'server-only'
import type { Tx } from '@/lib/db/client'
import { firstOf, type OwnFile, type Stored } from '@/lib/dmarc/kept-files'
import type { TlsPolicy, TlsReport } from '@/lib/tlsrpt/parse-report'
import { rollUpTls, type TlsDaySum, type TlsFailureSum } from '@/lib/tlsrpt/roll-up'

/** A TLS report that speaks of domains of ours: what it says of each policy domain. `domain` is that of the first. */
export interface OwnTlsReport extends OwnFile {
  report: TlsReport
  parts: { domainId: string; policyDomain: string; policies: TlsPolicy[] }[]
}

const KEY_LENGTH = 250
const ROWS_PER_INSERT = 1_000
const DAY_MS = 86_400_000

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
  const [organization, reportId] = [report.organizationName, report.reportId].map((text) =>
    text.slice(0, KEY_LENGTH).toWellFormed(),
  )
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

/** The day (UTC) on which a report counts: that of the middle of its period, `YYYY-MM-DD`. */
function dayOf({ beginsAt, endsAt }: Pick<TlsKey, 'beginsAt' | 'endsAt'>): string {
  const middle = (beginsAt.getTime() + endsAt.getTime()) / 2
  return new Date(Math.floor(middle / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
}

/** Writes reports, a row for each policy domain, and adds them to the sums; gives the ids of their files. */
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
  await addSums(tx, fresh)
  return fresh.map(({ file }) => files.get(file.sha256) ?? '')
}

async function addSums(tx: Tx, fresh: readonly OwnTlsReport[]): Promise<void> {
  const { days, failures } = rollUpTls(
    fresh.flatMap((one) =>
      keysOf(one).map((key, at) => ({
        ...{ domainId: one.parts[at]?.domainId ?? '', day: dayOf(key), organization: key.organization },
        policies: one.parts[at]?.policies ?? [],
      })),
    ),
  )
  await addDays(tx, days)
  for (let at = 0; at < failures.length; at += ROWS_PER_INSERT)
    await addFailures(tx, failures.slice(at, at + ROWS_PER_INSERT))
}

async function addDays(tx: Tx, days: readonly TlsDaySum[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO tls_day AS d (domain_id, day, organization, success_count, failure_count, report_count)
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS r(domain_id uuid, day date, organization text,
      success_count bigint, failure_count bigint, report_count int)
    ON CONFLICT (domain_id, day, organization) DO UPDATE SET success_count = d.success_count + EXCLUDED.success_count,
      failure_count = d.failure_count + EXCLUDED.failure_count, report_count = d.report_count + EXCLUDED.report_count`
}

/** The identity is made here, as in the migration that first made these sums. */
async function addFailures(tx: Tx, failures: readonly TlsFailureSum[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO tls_failure_day AS f (domain_id, day, identity, organization, result_type, policy_type, policy, mx_host,
      sender_ip, reason, session_count)
    SELECT domain_id, day,
           md5(concat_ws(E'\\x1f', organization, result_type, policy_type, policy, mx_host, sender_ip, reason)),
           organization, result_type, policy_type, policy, mx_host, sender_ip, reason, session_count
      FROM jsonb_to_recordset(${JSON.stringify(failures)}::jsonb) AS r(domain_id uuid, day date, organization text,
        result_type text, policy_type text, policy text, mx_host text, sender_ip text, reason text, session_count bigint)
    ON CONFLICT (domain_id, day, identity) DO UPDATE SET session_count = f.session_count + EXCLUDED.session_count`
}
