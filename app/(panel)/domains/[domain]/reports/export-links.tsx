import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { Card, CardBody } from '@/components/ui/card'
import type { ReportQuery } from '@/lib/dmarc/report-filter'

const EXPORTS = ['sources', 'rows'] as const
const FORMATS = ['csv', 'json'] as const

/** What the page shows as files, and the rows behind it, by the same filter. */
export async function ExportLinks({ domain, query }: { domain: string; query: ReportQuery }) {
  const t = await getTranslations('domainReports')
  return (
    <Card title={t('export')}>
      <CardBody>
        <ul className="flex flex-col gap-1">
          {EXPORTS.map((what) => (
            <li key={what} className="flex flex-wrap gap-x-3">
              <span>{t(`exports.${what}`)}</span>
              {FORMATS.map((format) => (
                // A download, which no page takes the place of: no Link.
                <a
                  key={format}
                  download
                  href={withQuery(`/api/domains/${encodeURIComponent(domain)}/reports/export`, {
                    ...query,
                    what,
                    format,
                  })}
                >
                  {format.toUpperCase()}
                  <span className="sr-only"> {t(`exports.${what}`)}</span>
                </a>
              ))}
            </li>
          ))}
        </ul>
        <p className="text-muted mt-2 max-w-prose text-sm">{t('exportText')}</p>
      </CardBody>
    </Card>
  )
}
