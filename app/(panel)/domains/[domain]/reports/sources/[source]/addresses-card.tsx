import { getFormatter, getTranslations } from 'next-intl/server'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { SourceAddress } from '@/lib/dmarc/sources/group-sources'

/** Addresses that are listed; the rest is counted. */
const MOST = 100

/** The addresses that a source sends from, with their names, most messages first. */
export async function AddressesCard({ addresses }: { addresses: readonly SourceAddress[] }) {
  const [t, tReports, format] = await Promise.all([
    getTranslations('domainReports'),
    getTranslations('reports'),
    getFormatter(),
  ])
  return (
    <Card title={t('addresses')} aside={tReports('addresses', { count: addresses.length })}>
      <Table label={t('addresses')} folds>
        <thead>
          <tr>
            <th>{t('address')}</th>
            <th>{t('hostName')}</th>
            <th className="num">{t('numbers.messages')}</th>
            <th className="num">{t('numbers.aligned')}</th>
          </tr>
        </thead>
        <tbody>
          {addresses.slice(0, MOST).map(({ ip, name, messages, aligned }) => (
            <tr key={ip}>
              <td className="exact wrap-anywhere">{ip}</td>
              <td className="exact wrap-anywhere" data-label={t('hostName')}>
                {name ?? t('noHostName')}
              </td>
              <td className="num" data-label={t('numbers.messages')}>
                {format.number(messages)}
              </td>
              <td className="num" data-label={t('numbers.aligned')}>
                {format.number(aligned)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {addresses.length > MOST ? (
        <p className="text-muted border-line border-t px-4 py-3 text-sm">
          {tReports('moreAddresses', { count: addresses.length - MOST })}
        </p>
      ) : null}
    </Card>
  )
}
