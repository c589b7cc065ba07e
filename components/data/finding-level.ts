import { worstLevel, type Level } from '@/components/ui/level'
import type { CheckLevel } from '@/lib/checks/check'
import { sideOf } from '@/lib/checks/level'
import type { ListedFinding } from '@/lib/checks/listed'

/** The badge's level of a check's: what does not apply or only informs is grey. */
export function badgeLevel(level: CheckLevel): Level {
  return level === 'info' || level === 'none' ? 'unknown' : level
}

/** Whether a finding needs a person now. */
export const isOpen = ({ level, acknowledged }: ListedFinding): boolean =>
  sideOf(level) === 'wrong' && acknowledged === null

/** Findings as a page shows them: what needs a person, what is under way or unknown, what is quiet, what is fine. */
export interface FindingParts {
  open: ListedFinding[]
  waiting: ListedFinding[]
  acknowledged: ListedFinding[]
  fine: ListedFinding[]
}

export function partsOf(findings: readonly ListedFinding[]): FindingParts {
  const rest = findings.filter((finding) => !isOpen(finding))
  return {
    open: findings.filter(isOpen),
    waiting: rest.filter(({ level }) => sideOf(level) === null),
    acknowledged: rest.filter(({ level }) => sideOf(level) === 'wrong'),
    fine: rest.filter(({ level }) => sideOf(level) === 'fine' && level !== 'none'),
  }
}

/** The worst of the findings that need a person; ok where none does. */
export function openLevel(open: readonly ListedFinding[]): Level {
  return worstLevel(open.map(({ level }) => badgeLevel(level)))
}
