import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainBadge } from '@/components/data/domain-state'
import { domainPath, withQuery } from '@/components/data/paths'
import { ReleaseLine, type ReleaseQuery } from '@/app/(panel)/release-line'
import { SearchForm } from '@/components/data/search-form'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/ui/pager'
import { Table } from '@/components/ui/table'
import { roleMay } from '@/lib/auth/permissions'
import { toUnicode } from '@/lib/domains/unicode'
import { countDirectory, listDomains } from '@/lib/domains/queries'
import { judgeReadiness } from '@/lib/domains/readiness'
import { requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('domains'))('title') }
}

type Query = ReleaseQuery & { q?: string; after?: string }

export default async function DomainsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const actor = await requirePageActor('domain:read')
  const query = await plainQuery(searchParams)
  const { q = '', after } = query
  const [t, tList, format, { domains, next }, counts] = await Promise.all([
    getTranslations('domains'),
    getTranslations('list'),
    getFormatter(),
    listDomains(actor, { q, ...(after === undefined ? {} : { after }) }),
    countDirectory(actor),
  ])
  const rows = domains.map((domain) => ({
    ...domain,
    readiness: judgeReadiness({
      refusingNodes: domain.refusingNodes,
      suspendMode: domain.suspendMode,
      mailboxCount: domain.mailboxCount,
      records: domain.dnsRecords.map(({ purpose, observation }) => ({ purpose, state: observation?.state ?? null })),
      keyStates: domain.dkimKeys.map((key) => key.state),
      lastTest: domain.lastTest,
    }),
  }))
  const create = roleMay(actor.role, 'domain:create') ? (
    <ButtonLink href="/domains/new" variant="primary">
      {t('create')}
    </ButtonLink>
  ) : null
  return (
    <>
      <PageHeader
        title={t('title')}
        {...(counts.domains === 0
          ? {}
          : {
              state: {
                level: 'unknown' as const,
                word: t('countWord', { domains: counts.domains }),
                text: t('count', { mailboxes: counts.mailboxes, aliases: counts.aliases }),
              },
            })}
        actions={create}
      />
      <ReleaseLine actor={actor} query={query} />
      <Card
        title={t('list')}
        aside={counts.domains > 0 ? <SearchForm label={t('search')} submit={tList('search')} value={q} /> : null}
      >
        {rows.length === 0 ? (
          q || after ? (
            <Empty title={tList('noMatch')} action={<ButtonLink href="/domains">{tList('showAll')}</ButtonLink>} />
          ) : (
            <Empty title={t('emptyTitle')} action={create}>
              {t('emptyText')}
            </Empty>
          )
        ) : (
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
              {rows.map((domain) => (
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
        )}
        <Pager
          first={after ? withQuery('/domains', { q }) : null}
          next={next ? withQuery('/domains', { q, after: next }) : null}
          labels={{ first: tList('first'), next: tList('next'), name: tList('pages') }}
        />
      </Card>
    </>
  )
}
