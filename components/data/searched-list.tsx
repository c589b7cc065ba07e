import { getTranslations } from 'next-intl/server'
import { Pager } from '@/components/data/pager'
import { withQuery } from '@/components/data/paths'
import { ButtonLink } from '@/components/ui/button'
import { buttonClass } from '@/components/ui/button-class'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'

/** The query of a page whose list is searched (`q`) and pages by key (`after`). */
export interface ListQuery {
  q?: string
  after?: string
}

/**
 * A list that is searched and pages by key: the search, one page of its rows as a table, the way on. Where the whole list
 * is empty there is nothing to search in, and `empty` says what belongs there.
 */
export async function SearchedList({
  path,
  query: { q = '', after },
  title,
  search,
  total,
  shown,
  next,
  empty,
  children,
}: {
  path: string
  query: ListQuery
  title: string
  /** What is searched for. */
  search: string
  /** Rows of the whole list, and of this page. */
  total: number
  shown: number
  /** The key after which the next page begins; null on the last one. */
  next: string | null
  empty: React.ReactNode
  children: React.ReactNode
}) {
  const t = await getTranslations('list')
  const noMatch = <Empty title={t('noMatch')} action={<ButtonLink href={path}>{t('showAll')}</ButtonLink>} />
  return (
    <Card title={title} aside={total > 0 ? <SearchForm label={search} submit={t('search')} value={q} /> : null}>
      {shown > 0 ? children : q || after ? noMatch : empty}
      <Pager
        first={after ? withQuery(path, { q }) : null}
        next={next === null ? null : withQuery(path, { q, after: next })}
      />
    </Card>
  )
}

/** A plain GET form, so the query stands in the URL; `hidden` keeps what else stands there. `/` is its key where JavaScript runs. */
export function SearchForm({
  label,
  submit,
  value,
  hidden = {},
}: {
  label: string
  submit: string
  value: string
  hidden?: Record<string, string>
}) {
  return (
    <form role="search" className="flex gap-2" method="get">
      {Object.entries(hidden).map(([name, kept]) => (
        <input key={name} type="hidden" name={name} value={kept} />
      ))}
      <input
        type="search"
        name="q"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        data-search=""
        className="border-control bg-panel min-h-8 w-full min-w-0 rounded-md border px-2.5 text-ellipsis sm:w-60"
      />
      <button type="submit" className={buttonClass('plain')}>
        {submit}
      </button>
    </form>
  )
}
