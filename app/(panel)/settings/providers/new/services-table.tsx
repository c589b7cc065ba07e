import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import { LEXICON_SERVICES } from '@/lib/dns/providers/lexicon-services'

/** The services of lexicon, each a link to its form, and which of them our tests publish through. */
export async function ServicesTable({ page }: { page: string }) {
  const t = await getTranslations('providers')
  return (
    <Card title={t('services')} aside={t('servicesText')}>
      <Table label={t('services')}>
        <thead>
          <tr>
            <th>{t('service')}</th>
            <th>{t('lexiconName')}</th>
            <th>{t('tested')}</th>
          </tr>
        </thead>
        <tbody>
          {LEXICON_SERVICES.map(({ id, title, isTried }) => (
            <tr key={id}>
              <td>
                <Link prefetch={false} href={withQuery(page, { kind: 'lexicon', service: id })}>
                  {title}
                </Link>
              </td>
              <td className="exact">{id}</td>
              <td>
                <Badge level={isTried ? 'ok' : 'unknown'}>{isTried ? t('isTested') : t('isUntested')}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
