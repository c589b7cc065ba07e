import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { aliasPath, domainPath, withQuery } from '@/components/data/paths'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { SearchForm } from '@/components/data/search-form'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/ui/pager'
import { Table } from '@/components/ui/table'
import { listAliases } from '@/lib/aliases/queries'
import { roleMay } from '@/lib/auth/permissions'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery & { q?: string; after?: string }>
}

/** Targets that a row shows; the rest is counted. */
const SHOWN = 3

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('aliases')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

export default async function AliasesPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('alias:read')
  const name = domainParam((await params).domain)
  const [domain, query] = await Promise.all([orNotFound(requireDomain(actor, name)), plainQuery(searchParams)])
  const { q = '', after } = query
  const [t, tList, { aliases, next }] = await Promise.all([
    getTranslations('aliases'),
    getTranslations('list'),
    listAliases(actor, { domain: name, q, ...(after === undefined ? {} : { after }) }),
  ])
  const path = domainPath(name, 'aliases')
  const create = roleMay(actor.role, 'alias:write') ? (
    <ButtonLink href={`${path}/new`} variant="primary">
      {t('create')}
    </ButtonLink>
  ) : null
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      actions={create}
      state={{
        level: domain.aliasCount === 0 ? 'unknown' : 'ok',
        word: t('countWord', { count: domain.aliasCount }),
        text: t('reserved'),
      }}
    >
      <Card
        title={t('title')}
        aside={domain.aliasCount > 0 ? <SearchForm label={t('search')} submit={tList('search')} value={q} /> : null}
      >
        {aliases.length === 0 ? (
          q || after ? (
            <Empty title={tList('noMatch')} action={<ButtonLink href={path}>{tList('showAll')}</ButtonLink>} />
          ) : (
            <Empty title={t('emptyTitle')} action={create}>
              {t('emptyText')}
            </Empty>
          )
        ) : (
          <Table label={t('title')} folds>
            <thead>
              <tr>
                <th>{t('address')}</th>
                <th>{t('targets')}</th>
                <th>{t('state')}</th>
                <th>{t('note')}</th>
              </tr>
            </thead>
            <tbody>
              {aliases.map((alias) => (
                <tr key={alias.id}>
                  <td>
                    <Link
                      prefetch={false}
                      href={aliasPath(name, alias.localPart)}
                      className="text-text font-mono text-[12.5px] [overflow-wrap:anywhere]"
                    >
                      {alias.localPart}@{alias.domain}
                    </Link>
                  </td>
                  <td className="font-mono text-[12.5px]" data-label={t('targets')}>
                    {alias.targets.slice(0, SHOWN).join(', ')}
                    {alias.targets.length > SHOWN ? ` ${t('more', { count: alias.targets.length - SHOWN })}` : ''}
                  </td>
                  <td>
                    {alias.disabledAt ? (
                      <Badge level="attention">{t('disabled')}</Badge>
                    ) : (
                      <Badge level="ok">{t('active')}</Badge>
                    )}
                  </td>
                  <td className="text-muted">{alias.note}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <Pager
          first={after ? withQuery(path, { q }) : null}
          next={next ? withQuery(path, { q, after: next }) : null}
          labels={{ first: tList('first'), next: tList('next'), name: tList('pages') }}
        />
      </Card>
    </DomainFrame>
  )
}
