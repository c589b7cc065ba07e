import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { AddressList, type AddressListQuery } from '@/app/(panel)/domains/[domain]/address-list'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { aliasPath } from '@/components/data/paths'
import { Badge } from '@/components/ui/badge'
import { listAliases } from '@/lib/aliases/queries'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<AddressListQuery>
}

/** Targets that a row shows; the rest is counted. */
const SHOWN = 3

export const generateMetadata = domainPageTitle('aliases')

export default async function AliasesPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('alias:read')
  const name = domainParam((await params).domain)
  const query = await plainQuery(searchParams)
  const [domain, { aliases, next }, t] = await Promise.all([
    orNotFound(requireDomain(actor, name)),
    listAliases(actor, { domain: name, q: query.q, after: query.after }),
    getTranslations('aliases'),
  ])
  return (
    <AddressList
      kind="aliases"
      name={name}
      actor={actor}
      query={query}
      text={t('count', { count: domain.aliasCount })}
      total={domain.aliasCount}
      shown={aliases.length}
      next={next}
    >
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
              <Link prefetch={false} href={aliasPath(name, alias.localPart)} className="text-text exact">
                {alias.localPart}@{alias.domain}
              </Link>
            </td>
            <td className="exact" data-label={t('targets')}>
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
    </AddressList>
  )
}
