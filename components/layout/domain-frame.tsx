import { getTranslations } from 'next-intl/server'
import { domainPath } from '@/components/data/paths'
import { ReleaseLine, type ReleaseQuery } from '@/components/data/release-line'
import { PageHeader, type Crumb } from '@/components/layout/page-header'
import { Tabs } from '@/components/layout/tabs'
import type { Level } from '@/components/ui/level'
import { toUnicode } from '@/lib/domains/unicode'

const PAGES = ['', 'mailboxes', 'aliases', 'dns', 'dkim', 'reports', 'tests', 'settings'] as const

/** What stands above every page of a domain: its name, the page's state line and action, the domain's pages. */
export async function DomainFrame({
  name,
  state,
  actions,
  crumbs = [],
  title,
  query = {},
  children,
}: {
  name: string
  state?: { level: Level; word: string; text: React.ReactNode }
  actions?: React.ReactNode
  /** Pages between the domain and this one. */
  crumbs?: Crumb[]
  /** This page's title where it is not the domain. */
  title?: string
  query?: ReleaseQuery
  children: React.ReactNode
}) {
  const t = await getTranslations('domain')
  const shown = toUnicode(name)
  const own = title === undefined ? [] : [{ href: domainPath(name), label: shown }]
  return (
    <>
      <PageHeader
        crumbs={[{ href: '/domains', label: t('all') }, ...own, ...crumbs]}
        title={title ?? (shown === name ? name : `${shown} (${name})`)}
        {...(state ? { state } : {})}
        actions={actions}
      />
      <Tabs
        label={t('pages', { name: shown })}
        tabs={PAGES.map((page) => ({
          href: domainPath(name, page),
          label: t(`tabs.${page === '' ? 'overview' : page}`),
          isExact: page === '',
        }))}
      />
      <ReleaseLine query={query} />
      {children}
    </>
  )
}
