import { getFormatter, getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import type { Hop } from '@/lib/deliverability/schema'

/** The way of a message, one Received line a row (RFC 5321 §4.4), first hop first. */
export async function HopTable({ hops, label }: { hops: Hop[]; label: string }) {
  const [t, format] = await Promise.all([getTranslations('tests'), getFormatter()])
  return (
    <Table label={label} folds>
      <thead>
        <tr>
          <th>{t('hopFrom')}</th>
          <th>{t('hopBy')}</th>
          <th>{t('hopProtocol')}</th>
          <th>TLS</th>
          <th className="num">{t('hopDelay')}</th>
        </tr>
      </thead>
      <tbody>
        {hops.map((hop, index) => (
          <tr key={index}>
            <td className="exact" data-label={t('hopFrom')}>
              {hop.from}
            </td>
            <td className="exact" data-label={t('hopBy')}>
              {hop.by}
            </td>
            <td data-label={t('hopProtocol')}>{hop.protocol}</td>
            <td data-label="TLS">
              {hop.tls ? <Badge level="ok">{hop.tls}</Badge> : <Badge level="unknown">{t('noTls')}</Badge>}
            </td>
            <td className="num" data-label={t('hopDelay')}>
              {hop.delaySeconds === null ? '–' : t('seconds', { seconds: format.number(hop.delaySeconds) })}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
