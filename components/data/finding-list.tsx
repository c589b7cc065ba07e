import { getTranslations } from 'next-intl/server'
import { FindingItem, type FindingActions, type FindingPlace } from '@/components/data/finding-item'
import { badgeLevel, partsOf } from '@/components/data/finding-level'
import { Badge } from '@/components/ui/badge'
import type { ListedFinding } from '@/lib/checks/listed'
import { checkWords } from '@/lib/checks/words'

/**
 * The findings of one domain or node: what needs a person in full, then folded with their numbers what is on its way or
 * unknown, what somebody acknowledged, and what is fine.
 */
export async function FindingList({
  findings,
  place,
  actions,
}: {
  findings: readonly ListedFinding[]
  place: FindingPlace
  actions: FindingActions | null
}) {
  const t = await getTranslations('findings')
  const { open, waiting, acknowledged, fine } = partsOf(findings)
  const items = (list: readonly ListedFinding[]) => (
    <ul>
      {list.map((finding) => (
        <FindingItem key={finding.id} finding={finding} place={place} actions={actions} />
      ))}
    </ul>
  )
  const isIn = (list: readonly ListedFinding[]) => list.some(({ id }) => id === place.acknowledging)
  return (
    <>
      {open.length > 0 ? items(open) : null}
      {(
        [
          ['waiting', waiting],
          ['acknowledged', acknowledged],
        ] as const
      ).map(([part, list]) =>
        list.length === 0 ? null : (
          <Folded key={part} summary={t(`parts.${part}`, { count: list.length })} isOpen={isIn(list)}>
            {items(list)}
          </Folded>
        ),
      )}
      {fine.length > 0 ? (
        <Folded summary={t('parts.fine', { count: fine.length })}>
          <FineList findings={fine} />
        </Folded>
      ) : null}
    </>
  )
}

function Folded({
  summary,
  isOpen = false,
  children,
}: {
  summary: string
  isOpen?: boolean
  children: React.ReactNode
}) {
  return (
    <details className="border-line border-t first:border-t-0" open={isOpen}>
      <summary className="text-muted cursor-pointer px-4 py-2.5">{summary}</summary>
      {children}
    </details>
  )
}

/** What is fine, a line each: that it was looked at is the proof. */
async function FineList({ findings }: { findings: readonly ListedFinding[] }) {
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  return (
    <ul className="px-4 pb-3">
      {findings.map((finding) => (
        <li key={finding.id} className="flex flex-wrap items-baseline gap-x-2 py-0.5">
          <Badge level={badgeLevel(finding.level)}>{t(`levels.${finding.level}`)}</Badge>
          <span>{checkWords(tChecks, finding, finding.scope.name).title}</span>
          <span className="text-muted exact min-w-0 wrap-anywhere">
            {finding.subject === finding.scope.name ? '' : finding.subject}
          </span>
        </li>
      ))}
    </ul>
  )
}
