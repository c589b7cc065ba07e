import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainBadge } from '@/components/data/domain-state'
import { domainPath } from '@/components/data/paths'
import { ReleaseLine, type ReleaseQuery } from '@/app/(panel)/release-line'
import { SearchedList, type ListQuery } from '@/components/data/searched-list'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import { roleMay } from '@/lib/auth/permissions'
import { toUnicode } from '@/lib/domains/unicode'
import { countDirectory, listDomains } from '@/lib/domains/queries'
import { requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('domains'))('title') }
}

export default async function DomainsPage({ searchParams }: { searchParams: Promise<ReleaseQuery & ListQuery> }) {
  const actor = await requirePageActor('domain:read')
  const query = await plainQuery(searchParams)
  const [t, format, { domains, next }, counts] = await Promise.all([
    getTranslations('domains'),
    getFormatter(),
    listDomains(actor, { q: query.q, after: query.after }),
    countDirectory(actor),
  ])
  const create = roleMay(actor.role, 'domain:create') ? (
    <ButtonLink href="/domains/new" variant="primary">
      {t('create')}
    </ButtonLink>
  ) : null
  return (
    <>
      <PageHeader title={t('title')} text={counts.domains === 0 ? null : t('count', counts)} actions={create} />
      <ReleaseLine actor={actor} query={query} />
      <SearchedList
        path="/domains"
        query={query}
        title={t('list')}
        search={t('search')}
        total={counts.domains}
        shown={domains.length}
        next={next}
        empty={
          <Empty title={t('emptyTitle')} action={create}>
            {t('emptyText')}
          </Empty>
        }
      >
        <Table label={t('list')} folds>
          <thead>
            <tr>
              <th>{t('name')}</th>
              <th>{t('state')}</th>
              <th className="num">{t('mailboxes')}</th>
              <th className="num">{t('aliases')}</th>
              <th>{t('description')}</th>
            </tr>
          </thead>
          <tbody>
            {domains.map((domain) => (
              <tr key={domain.name}>
                <td>
                  <Link prefetch={false} href={domainPath(domain.name)} className="text-text font-[550]">
                    {toUnicode(domain.name)}
                  </Link>
                  {toUnicode(domain.name) === domain.name ? null : (
                    <span className="text-muted ml-2 font-mono text-xs">{domain.name}</span>
                  )}
                </td>
                <td>
                  <DomainBadge readiness={domain.readiness} />
                </td>
                <td className="num" data-label={t('mailboxes')}>
                  {format.number(domain.mailboxCount)}
                </td>
                <td className="num" data-label={t('aliases')}>
                  {format.number(domain.aliasCount)}
                </td>
                <td className="text-muted">{domain.description}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </SearchedList>
    </>
  )
}
