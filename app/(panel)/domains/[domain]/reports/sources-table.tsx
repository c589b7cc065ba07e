import { getFormatter, getTranslations } from 'next-intl/server'
import { SourceCell } from '@/app/(panel)/domains/[domain]/reports/source-cell'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import type { Source } from '@/lib/dmarc/sources/group-sources'

/** Who sent how much as the domain, aligned or not, with what to do about it; most messages first. */
export async function SourcesTable({ sources }: { sources: Source[] }) {
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
              <SourceCell source={source} />
            </td>
            <td>
              <Result source={source} />
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

async function Result({ source: { aligned, messages } }: { source: Source }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  if (aligned === messages) return <Badge level="ok">{t('aligned')}</Badge>
  if (aligned === 0) return <Badge level="broken">{t('notAligned')}</Badge>
  const share = format.number(aligned / messages, { style: 'percent', maximumFractionDigits: 1 })
  return <Badge level="attention">{t('partly', { share })}</Badge>
}
