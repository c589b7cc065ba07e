import { getFormatter, getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import type { SourceTotals } from '@/lib/dmarc/overview'

/** Who sent how much as the domain, aligned or not; most messages first. */
export async function SourcesTable({ sources }: { sources: SourceTotals[] }) {
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
          <tr key={source.sourceIp}>
            <td className="exact">{source.sourceIp}</td>
            <td>
              {source.aligned === source.messages ? (
                <Badge level="ok">{t('aligned')}</Badge>
              ) : source.aligned === 0 ? (
                <Badge level="broken">{t('notAligned')}</Badge>
              ) : (
                <Badge level="attention">{t('partly', { share: share(source.aligned, source.messages) })}</Badge>
              )}
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
