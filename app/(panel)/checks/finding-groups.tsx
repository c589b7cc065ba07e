import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { findingPath } from '@/components/data/finding-item'
import { withQuery } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { checkedName, subjectBeside } from '@/lib/checks/listed'
import type { FindingGroup } from '@/lib/checks/queries'
import type { FindingFilter } from '@/lib/checks/schema'
import { checkWords } from '@/lib/checks/words'
import { toUnicode } from '@/lib/domains/unicode'

/** What is wrong, by check: one thing to do, in however many places. */
export async function FindingGroups({ groups, filter }: { groups: readonly FindingGroup[]; filter: FindingFilter }) {
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  return (
    <Card title={t(filter.show === 'acknowledged' ? 'acknowledgedTitle' : 'openTitle')}>
      {groups.length === 0 ? <Empty title={t('noneTitle')}>{t('noneText')}</Empty> : null}
      <ul>
        {groups.map(({ check, level, who, count, since, examples }) => {
          const [first] = examples
          if (!first) return null
          const { title, consequence, next } = checkWords(tChecks, first, checkedName(first))
          const all = withQuery('/checks', { ...filter, check, level })
          return (
            <li
              key={`${check} ${level}`}
              className="border-line grid grid-cols-1 gap-x-4 gap-y-1 border-b px-4 py-3 last:border-b-0 sm:grid-cols-[130px_1fr]"
            >
              <div>
                <Badge level={level}>{t(`levels.${level}`)}</Badge>
                <div className="text-muted mt-0.5 text-xs">
                  <RelativeTime at={since} />
                </div>
              </div>
              <div className="min-w-0">
                <p>
                  <Link prefetch={false} href={all} className="text-text font-semibold">
                    {t('notSo', { title })}
                  </Link>
                </p>
                <p className="mt-0.5">{next}</p>
                <p className="text-muted text-sm">{consequence}</p>
                {who ? (
                  <p className="text-muted mt-1 text-sm">
                    {t('whoLabel')} {t(`who.${who}`)}
                  </p>
                ) : null}
                <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
                  {examples.map((finding) => (
                    <Link key={finding.id} prefetch={false} href={findingPath(finding)} className="wrap-anywhere">
                      {[toUnicode(finding.scope.name), toUnicode(finding.alias), subjectBeside(finding)]
                        .filter(Boolean)
                        .join(' · ')}
                    </Link>
                  ))}
                  {count > examples.length ? (
                    <Link prefetch={false} href={all}>
                      {t('andMore', { count: count - examples.length })}
                    </Link>
                  ) : null}
                </p>
              </div>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
