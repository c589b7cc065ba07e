import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { ACTORS } from '@/lib/checks/registry'
import type { FindingFilter } from '@/lib/checks/schema'

/** The filters as links: each is a place that can be kept and sent. */
export async function FindingFilters({ filter }: { filter: FindingFilter }) {
  const t = await getTranslations('findings')
  const groups = [
    {
      label: t('filterLevel'),
      options: [undefined, 'broken', 'attention'].map((level) => ({
        ...{ key: level ?? '', change: { level }, isOn: filter.level === level },
        text: level === undefined ? t('any') : t(`levels.${level}`),
      })),
    },
    {
      label: t('whoLabel'),
      options: [undefined, ...ACTORS].map((who) => ({
        ...{ key: who ?? '', change: { who }, isOn: filter.who === who },
        text: who === undefined ? t('any') : t(`whoShort.${who}`),
      })),
    },
    {
      label: t('filterShow'),
      options: [undefined, 'acknowledged'].map((show) => ({
        ...{ key: show ?? '', change: { show }, isOn: filter.show === show },
        text: show === undefined ? t('open') : t('acknowledgedWord'),
      })),
    },
  ]
  return (
    <nav aria-label={t('filters')} className="mb-4 flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {groups.map(({ label, options }) => (
        <div key={label} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="text-muted">{label}</span>
          {options.map(({ key, change, isOn, text }) => (
            <Link
              key={key}
              prefetch={false}
              href={withQuery('/checks', { ...filter, ...change })}
              aria-current={isOn ? 'true' : undefined}
              className={isOn ? 'text-text font-[550] no-underline' : 'text-muted'}
            >
              {text}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}
