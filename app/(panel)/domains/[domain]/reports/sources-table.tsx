import { getFormatter, getTranslations } from 'next-intl/server'
import type { ReportsQuery } from '@/app/(panel)/domains/[domain]/reports/report-filters'
import { SourceCell } from '@/app/(panel)/domains/[domain]/reports/source-cell'
import { domainPath, withQuery } from '@/components/data/paths'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import { sourceSegment } from '@/lib/dmarc/sources/describe-source'
import type { Source } from '@/lib/dmarc/sources/group-sources'
import type { SourceList } from '@/lib/dmarc/sources/queries'

interface Props {
  domain: string
  query: ReportsQuery
  list: SourceList
  /** Whether the page is about one reporter: sources are those of all. */
  isOfReporter: boolean
}

/** Who sent how much as the domain, aligned or not, with what to do about it; most messages first, new ones named above. */
export async function SourcesTable({ domain, query, list, isOfReporter }: Props) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  const { sources, more, rest, newCount } = list
  const since = format.dateTime(new Date(list.newSince), { day: 'numeric', month: 'long', timeZone: 'UTC' })
  const { compare: _compare, reporter: _reporter, ...kept } = query
  const lines = [
    ...(newCount === 0 ? [] : [t('newSources', { count: newCount, since })]),
    ...(isOfReporter ? [t('ofAllReporters')] : []),
  ]
  const hidden = [
    ...(more.sources === 0 ? [] : [t('moreSources', { count: more.sources, messages: more.messages })]),
    ...(rest.addresses === 0 ? [] : [t('restAddresses', { count: rest.addresses, messages: rest.messages })]),
  ]
  return (
    <>
      {lines.length === 0 ? null : <p className="px-4 pb-3">{lines.join(' ')}</p>}
      <Rows
        sources={sources.map((source) => ({
          ...source,
          href: withQuery(domainPath(domain, `reports/sources/${sourceSegment(source)}`), kept),
        }))}
      />
      {hidden.length === 0 ? null : (
        <p className="text-muted border-line border-t px-4 py-3 text-sm">{hidden.join(' ')}</p>
      )}
    </>
  )
}

async function Rows({ sources }: { sources: (SourceList['sources'][number] & { href: string })[] }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const share = (part: number, whole: number): string =>
    format.number(whole === 0 ? 0 : part / whole, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <Table label={t('sources')} folds>
      <thead>
        <tr>
          <th>{t('source')}</th>
          <th>{t('result')}</th>
          <th className="num">{t('messages')}</th>
          <th className="num">SPF</th>
          <th className="num">DKIM</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((source) => (
          <tr key={source.key}>
            <td>
              <SourceCell source={source} href={source.href} isNew={source.isNew} />
            </td>
            <td>
              <SourceResult source={source} />
            </td>
            <td className="num" data-label={t('messages')}>
              {format.number(source.messages)}
            </td>
            <td className="num" data-label="SPF">
              {share(source.spfAligned, source.messages)}
            </td>
            <td className="num" data-label="DKIM">
              {share(source.dkimAligned, source.messages)}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** How much of a source's mail is aligned, in one word. */
export async function SourceResult({ source: { aligned, messages } }: { source: Source }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  if (aligned === messages) return <Badge level="ok">{t('aligned')}</Badge>
  if (aligned === 0) return <Badge level="broken">{t('notAligned')}</Badge>
  const share = format.number(aligned / messages, { style: 'percent', maximumFractionDigits: 1 })
  return <Badge level="attention">{t('partly', { share })}</Badge>
}
