import { getTranslations } from 'next-intl/server'
import { domainPath } from '@/components/data/paths'
import { Refusals } from '@/components/data/refusals'
import { ReleaseLine, type ReleaseQuery } from '@/app/(panel)/release-line'
import { PageHeader, type Crumb, type PageState } from '@/components/layout/page-header'
import { Tabs } from '@/components/layout/tabs'
import type { Actor } from '@/lib/auth/actor'
import { roleMay, type Permission } from '@/lib/auth/permissions'
import { toUnicode } from '@/lib/domains/unicode'
import { listRefusals } from '@/lib/releases/queries'

const PAGES = [
  { page: '', permission: 'domain:read' },
  { page: 'mailboxes', permission: 'mailbox:read' },
  { page: 'aliases', permission: 'alias:read' },
  { page: 'dns', permission: 'dns:read' },
  { page: 'dkim', permission: 'dkim:read' },
  { page: 'reports', permission: 'report:read' },
  { page: 'tests', permission: 'test:read' },
  { page: 'settings', permission: 'domain:update' },
] as const satisfies { page: string; permission: Permission }[]

/** What stands above every page of a domain: its name, the page's state line and action, the domain's pages. */
export async function DomainFrame({
  name,
  actor,
  state,
  text,
  actions,
  crumbs = [],
  title,
  query = {},
  children,
}: {
  name: string
  /** The reader: pages that its role may not see are not offered. */
  actor: Actor
  state?: PageState
  /** The first line where it is no state. */
  text?: React.ReactNode
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
        state={state}
        text={text}
        actions={actions}
      />
      <Tabs
        label={t('pages', { name: shown })}
        tabs={PAGES.filter(({ permission }) => roleMay(actor.role, permission)).map(({ page }) => ({
          href: domainPath(name, page),
          label: t(`tabs.${page === '' ? 'overview' : page}`),
          isExact: page === '',
        }))}
      />
      <ReleaseLine actor={actor} query={query} />
      <Refusals refusals={await listRefusals(actor, name)} />
      {children}
    </>
  )
}
