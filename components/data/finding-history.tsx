import { getTranslations } from 'next-intl/server'
import { badgeLevel } from '@/components/data/finding-level'
import { AbsoluteTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import type { ListedFinding } from '@/lib/checks/listed'

/** What the world showed before, newest first, folded away. */
export async function FindingHistory({ changes }: { changes: ListedFinding['changes'] }) {
  if (changes.length === 0) return null
  const t = await getTranslations('findings')
  return (
    <details className="mt-1 text-sm">
      <summary className="text-muted cursor-pointer">{t('history', { count: changes.length })}</summary>
      <ul className="mt-1 flex flex-col gap-1">
        {changes.map(({ at, level, found }) => (
          <li key={at.toISOString()} className="flex flex-wrap items-baseline gap-x-2">
            <Badge level={badgeLevel(level)}>{t(`levels.${level}`)}</Badge>
            <span className="text-muted">{t.rich('untilTime', { at: () => <AbsoluteTime at={at} /> })}</span>
            <span className="exact min-w-0 wrap-anywhere">{found.join(' · ')}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
