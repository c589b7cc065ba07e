import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'

export const REPORTS_CHECKS = { 'reports.own-stopped': { who: 'server' }, 'reports.arriving': { who: 'dns' } } as const

/** Sources that are told one by one; the rest stands in the table of the reports. */
const MOST_SOURCES = 10
/** Of a source's mail: more than this stopped is no longer a part of it. */
const MUCH = 0.1
/** Reporters send once a day, and some of them late (RFC 9990 §3). */
const SILENT_DAYS = 7

function judgeArrival({ reportAddress, reports: { silentDays } }: DomainFacts): CheckResult {
  const values = { days: silentDays ?? 0 }
  // Where none ever came there may be no mail yet; that a record asks for them is checked by itself.
  if (reportAddress === null || silentDays === null) return result('reports.arriving', 'none', { values })
  return result('reports.arriving', silentDays > SILENT_DAYS ? 'attention' : 'ok', { values })
}

/** Judges what reports say: mail of ours that receivers stop, and reports that stay away. Asks nothing. Pure. */
function run(_world: unknown, facts: DomainFacts): Promise<CheckResult[]> {
  const stopped = facts.reports.stopped
    .slice(0, MOST_SOURCES)
    .map(({ name: subject, kind, messages, stopped: count }) =>
      result('reports.own-stopped', kind !== 'service' && count > messages * MUCH ? 'broken' : 'attention', {
        ...{ subject, values: { messages, stopped: count } },
      }),
    )
  const level = facts.reports.silentDays === null ? 'none' : 'ok'
  return Promise.resolve(
    fillResults(REPORTS_CHECKS, [...stopped, judgeArrival(facts)], level, { messages: 0, stopped: 0 }),
  )
}

/** What the reports of others say of the domain's mail (RFC 9990), watched after a stricter policy and before. */
export const reportsFamily: CheckFamily<DomainFacts> = { name: 'reports', checks: Object.keys(REPORTS_CHECKS), run }
