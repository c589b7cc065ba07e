import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { checkedName } from '@/lib/checks/listed'
import type { FindingGroup } from '@/lib/checks/queries'
import { checkWords } from '@/lib/checks/words'
import { toUnicode } from '@/lib/domains/unicode'

const SHOWN = 5

/** What the checks of all domains and nodes found that needs a person, by check; nothing where nothing does. */
export async function ChecksSummary({ groups }: { groups: readonly FindingGroup[] }) {
  if (groups.length === 0) return null
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  return (
    <Card
      title={t('openTitle')}
      aside={
        <Link prefetch={false} href="/checks">
          {t('allChecks')}
        </Link>
      }
    >
      <ul>
        {groups.slice(0, SHOWN).map(({ check, level, count, examples: [first] }) =>
          first ? (
            <li
              key={`${check} ${level}`}
              className="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2.5 last:border-b-0"
            >
              <Badge level={level}>{t(`levels.${level}`)}</Badge>
              <Link prefetch={false} href={withQuery('/checks', { check, level })} className="text-text font-[550]">
                {t('notSo', { title: checkWords(tChecks, first, checkedName(first)).title })}
              </Link>
              <span className="text-muted text-sm">
                {count === 1 ? toUnicode(checkedName(first)) : t('inPlaces', { count })}
              </span>
            </li>
          ) : null,
        )}
      </ul>
    </Card>
  )
}
