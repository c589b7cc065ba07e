import { getTranslations } from 'next-intl/server'
import { FindingAbout } from '@/components/data/finding-about'
import { FindingItem, type FindingActions, type FindingPlace } from '@/components/data/finding-item'
import { badgeLevel, partsOf } from '@/components/data/finding-level'
import { Badge } from '@/components/ui/badge'
import { checkedName, type ListedFinding } from '@/lib/checks/listed'
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
  return (
    <>
      {open.length > 0 ? items(open) : null}
      {waiting.length > 0 ? (
        <Folded summary={t('parts.waiting', { count: waiting.length })}>
          <ShortList findings={waiting} />
        </Folded>
      ) : null}
      {acknowledged.length > 0 ? (
        <Folded summary={t('parts.acknowledged', { count: acknowledged.length })}>{items(acknowledged)}</Folded>
      ) : null}
      {fine.length > 0 ? (
        <Folded summary={t('parts.fine', { count: fine.length })}>
          <ShortList findings={fine} />
        </Folded>
      ) : null}
    </>
  )
}

function Folded({ summary, children }: { summary: string; children: React.ReactNode }) {
  return (
    <details className="border-line border-t first:border-t-0">
      <summary className="text-muted cursor-pointer px-4 py-2.5">{summary}</summary>
      {children}
    </details>
  )
}

/** What needs nobody, a line each (that it was looked at is the proof), and why it is not simply fine. */
async function ShortList({ findings }: { findings: readonly ListedFinding[] }) {
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  const noteOf = ({ level, found, values, flappingSince }: ListedFinding, consequence: string): string => {
    if (values.fault) return t('fault')
    if (flappingSince) return t('flappingShort')
    if (level === 'info') return consequence
    return level === 'ok' ? '' : [found.join(' · '), t(`means.${level}`)].filter(Boolean).join('. ')
  }
  return (
    <ul className="px-4 pb-3">
      {findings.map((finding) => {
        const { title, consequence } = checkWords(tChecks, finding, checkedName(finding))
        const note = noteOf(finding, consequence)
        return (
          <li key={finding.id} className="flex flex-wrap items-baseline gap-x-2 py-0.5">
            <Badge level={badgeLevel(finding.level)}>{t(`levels.${finding.level}`)}</Badge>
            <span>{title}</span>
            <FindingAbout finding={finding} />
            {note ? <p className="text-muted basis-full pb-1 text-sm wrap-anywhere">{note}</p> : null}
          </li>
        )
      })}
    </ul>
  )
}
