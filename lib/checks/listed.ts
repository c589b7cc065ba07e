import { ACKNOWLEDGED_AS, type AcknowledgedAs } from '@/lib/checks/acknowledgement'
import type { CheckLevel, NamedResult } from '@/lib/checks/check'
import { storedLevel } from '@/lib/checks/level'
import { whoActs, type ActsBy } from '@/lib/checks/registry'

/** A finding as pages show it. */
export interface ListedFinding extends NamedResult {
  id: string
  /** The domain or node that it is about. */
  scope: { kind: 'domain' | 'node'; name: string }
  who: ActsBy | null
  since: Date
  /** Since when it comes and goes; null: it does not. */
  flappingSince: Date | null
  checkedAt: Date
  /** While it is quiet: why, by whom, until when. */
  acknowledged: { as: AcknowledgedAs; by: string; at: Date; until: Date; reason: string } | null
  /** What the world showed before, newest first; `at` is until when. */
  changes: { at: Date; level: CheckLevel; found: string[] }[]
}

const CHANGES_SHOWN = 10

/** The name that was looked at: another name of the domain, or that of the domain or node. */
export function checkedName({ alias, scope }: Pick<ListedFinding, 'alias' | 'scope'>): string {
  return alias || scope.name
}

/** What a finding is about beyond the name that was looked at; empty where nothing. */
export function subjectBeside(finding: Pick<ListedFinding, 'alias' | 'scope' | 'subject'>): string {
  return finding.subject === checkedName(finding) ? '' : finding.subject
}

/** The columns that {@link listedFinding} reads. */
export const findingSelect = {
  ...{ id: true, check: true, alias: true, subject: true, level: true, found: true, expected: true, values: true },
  ...{ since: true, checkedAt: true, acknowledgedAt: true, acknowledgedBy: true, acknowledgedUntil: true },
  ...{ acknowledgedAs: true, acknowledgeReason: true, flappingSince: true },
  domain: { select: { name: true } },
  node: { select: { name: true } },
  changes: {
    orderBy: { at: 'desc' },
    take: CHANGES_SHOWN,
    select: { at: true, level: true, found: true },
  },
} as const

interface FindingRow {
  id: string
  check: string
  alias: string
  subject: string
  level: string
  found: string[]
  expected: string[]
  values: unknown
  since: Date
  flappingSince: Date | null
  checkedAt: Date
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  acknowledgedUntil: Date | null
  acknowledgedAs: string | null
  acknowledgeReason: string
  domain: { name: string } | null
  node: { name: string } | null
  changes: { at: Date; level: string; found: string[] }[]
}

/** A stored finding as it is shown at `now`. */
export function listedFinding(row: FindingRow, now: Date): ListedFinding {
  const { id, check, alias, subject, found, expected, since, flappingSince, checkedAt, domain, node } = row
  const scope = domain
    ? { kind: 'domain' as const, name: domain.name }
    : { kind: 'node' as const, name: node?.name ?? '' }
  return {
    ...{ id, check, alias, subject, found, expected, since, flappingSince, checkedAt, scope },
    level: storedLevel(row.level),
    values: row.values as Record<string, string | number>,
    who: whoActs(check),
    acknowledged: acknowledged(row, now),
    changes: row.changes.map((change) => ({ ...change, level: storedLevel(change.level) })),
  }
}

function acknowledged(row: FindingRow, now: Date): ListedFinding['acknowledged'] {
  const as = ACKNOWLEDGED_AS.find((known) => known === row.acknowledgedAs)
  if (!as || !row.acknowledgedAt || !row.acknowledgedUntil || row.acknowledgedUntil <= now) return null
  const { acknowledgedAt: at, acknowledgedUntil: until, acknowledgedBy: by, acknowledgeReason: reason } = row
  return { as, at, until, by: by ?? '', reason }
}
