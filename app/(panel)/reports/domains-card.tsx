import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { domainPath, withQuery } from '@/components/data/paths'
import { SearchForm } from '@/components/data/searched-list'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import type { AllDomains, DomainSums } from '@/lib/dmarc/all-domains/overview'

const PATH = '/reports'

/** The domains that need attention most, with what changed against the time before. `query`: what the search keeps. */
export async function DomainsCard({
  all,
  search,
  query,
}: {
  all: AllDomains
  search: string
  query: Record<string, string>
}) {
  const [t, tList] = await Promise.all([getTranslations('allDomains'), getTranslations('list')])
  const { domains, matching, visible } = all
  const noMatch = (
    <Empty
      title={tList('noMatch')}
      action={<ButtonLink href={withQuery(PATH, query)}>{tList('showAll')}</ButtonLink>}
    />
  )
  return (
    <Card
      title={t('domains')}
      aside={
        <>
          {t('shown', { shown: domains.length, matching, visible })}
          <SearchForm label={t('search')} submit={tList('search')} value={search} hidden={query} />
        </>
      }
    >
      {domains.length > 0 ? <DomainTable domains={domains} query={query} /> : noMatch}
    </Card>
  )
}

async function DomainTable({ domains, query }: { domains: DomainSums[]; query: Record<string, string> }) {
  const t = await getTranslations('allDomains')
  return (
    <Table label={t('domains')} folds>
      <thead>
        <tr>
          <th>{t('domain')}</th>
          <th className="num">{t('delivered')}</th>
          <th className="num">{t('aligned')}</th>
          <th className="num">{t('messages')}</th>
          <th className="num">{t('sources')}</th>
          <th>{t('policy')}</th>
        </tr>
      </thead>
      <tbody>
        {domains.map((domain) => (
          <DomainRow key={domain.name} domain={domain} query={query} />
        ))}
      </tbody>
    </Table>
  )
}

async function DomainRow({ domain, query }: { domain: DomainSums; query: Record<string, string> }) {
  const [t, format] = await Promise.all([getTranslations('allDomains'), getFormatter()])
  const { name, messages, aligned, delivered, before } = domain
  const share = messages === 0 ? null : aligned / messages
  const shareBefore = before.messages === 0 ? null : before.aligned / before.messages
  const change = (value: number, digits: number) =>
    format.number(value, { signDisplay: 'exceptZero', maximumFractionDigits: digits })
  return (
    <tr>
      <td className="wrap-anywhere">
        <Link prefetch={false} href={withQuery(domainPath(name, 'reports'), query)}>
          {name}
        </Link>
      </td>
      <td className={`num ${delivered > 0 ? 'text-broken font-[550]' : ''}`} data-label={t('delivered')}>
        {format.number(delivered)}
      </td>
      <td className="num" data-label={t('aligned')}>
        {share === null ? '–' : format.number(share, { style: 'percent', maximumFractionDigits: 1 })}
        <Change
          text={
            share !== null && shareBefore !== null
              ? t('points', { change: change((share - shareBefore) * 100, 1) })
              : null
          }
        />
      </td>
      <td className="num" data-label={t('messages')}>
        {format.number(messages)}
        <Change
          text={
            before.messages === 0
              ? t('newHere')
              : t('percent', { change: change((messages / before.messages - 1) * 100, 0) })
          }
        />
      </td>
      <td className="num" data-label={t('sources')}>
        {format.number(domain.sources)}
      </td>
      <td className="exact" data-label={t('policy')}>
        {domain.policy === null ? '–' : `p=${domain.policy}`}
      </td>
    </tr>
  )
}

/** Against the time of the same length before. */
function Change({ text }: { text: string | null }) {
  return text === null ? null : <span className="text-muted block text-xs">{text}</span>
}
