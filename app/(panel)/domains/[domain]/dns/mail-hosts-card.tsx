import { getTranslations } from 'next-intl/server'
import { Card, CardBody } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy'
import { Table } from '@/components/ui/table'
import type { ListedMailHost } from '@/lib/dns/queries'

/** What should stand at the names of the mail hosts, by reference: these are checked once a host, not once a domain. */
export async function MailHostsCard({ hosts }: { hosts: readonly ListedMailHost[] }) {
  const [t, tCheck] = await Promise.all([getTranslations('dns'), getTranslations('check')])
  if (hosts.length === 0) return null
  const lines = hosts.flatMap(({ records, ptrs }) => [
    ...records.map(({ name, type, value, purpose }) => ({
      ...{ name, type, value, why: t(`why.${purpose}`, { name }) },
    })),
    ...ptrs.map(({ name, hostName }) => ({ name, type: 'PTR', value: `${hostName}.`, why: t('why.ptr') })),
  ])
  return (
    <Card title={t('hosts')}>
      <CardBody>
        <p className="text-muted max-w-prose">{t('hostsText')}</p>
      </CardBody>
      <Table label={t('hosts')} folds>
        <thead>
          <tr>
            <th>{t('record')}</th>
            <th className="w-[240px]">{t('whyColumn')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, type, value, why }) => (
            <tr key={`${name} ${type} ${value}`}>
              <td className="max-wide:w-full">
                <span className="exact text-muted wrap-anywhere">
                  {name} {type}
                </span>
                <div className="flex flex-wrap items-start justify-between gap-x-3">
                  <span className="exact block min-w-0 flex-1 wrap-anywhere">{value}</span>
                  <CopyButton text={value} label={tCheck('copy')} done={tCheck('copied')} name={`${name} ${type}`} />
                </div>
              </td>
              <td className="text-muted max-wide:w-full text-sm">{why}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
