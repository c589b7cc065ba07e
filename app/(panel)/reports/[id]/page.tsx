import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ActorName } from '@/components/data/actor-name'
import { domainPath, reportPath, withQuery } from '@/components/data/paths'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { Pager } from '@/components/data/pager'
import { Table } from '@/components/ui/table'
import { requireReport } from '@/lib/dmarc/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { bigintParam, uuidParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ id: string }>
  searchParams: Promise<{ after?: string }>
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reports'))('one') }
}

/** Fields of the published policy that people look for, as the report has them (RFC 9990). */
const POLICY = ['p', 'sp', 'np', 'adkim', 'aspf', 'pct', 't'] as const

export default async function ReportPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const id = uuidParam((await params).id)
  const after = bigintParam((await plainQuery(searchParams)).after)
  const report = await orNotFound(requireReport(actor, id, after === null ? {} : { after: Number(after) }))
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const policy = report.policy as Record<string, unknown>
  const published = POLICY.filter((key) => typeof policy[key] === 'string' || typeof policy[key] === 'number')
    .map((key) => `${key}=${String(policy[key])}`)
    .join('; ')
  const yes = (isAligned: boolean): React.ReactNode =>
    isAligned ? <Badge level="ok">{t('aligned')}</Badge> : <Badge level="attention">{t('notAligned')}</Badge>
  return (
    <>
      <PageHeader
        crumbs={[
          { href: domainPath(report.domain), label: report.domain },
          { href: domainPath(report.domain, 'reports'), label: t('title') },
        ]}
        title={t('oneOf', { reporter: report.reporter })}
        state={{
          level: 'ok',
          word: t('states.stored'),
          text: t('oneText', { messages: report.messageCount, domain: report.policyDomain }),
        }}
      />
      <Card title={t('about')}>
        <Facts
          facts={[
            { term: t('reporter'), value: report.reporter },
            { term: t('reportId'), value: <span className="exact">{report.reportId}</span> },
            {
              term: t('period'),
              value: (
                <>
                  <AbsoluteTime at={report.beginsAt} /> – <AbsoluteTime at={report.endsAt} />
                </>
              ),
            },
            ...(report.unreadableRecords === 0
              ? []
              : [
                  {
                    term: t('unreadable'),
                    value: t('unreadableText', { unreadable: report.unreadableRecords, records: report.records }),
                  },
                ]),
            { term: t('policy'), value: <span className="exact">{published || '–'}</span> },
            {
              term: t('file'),
              value: (
                <>
                  {report.file.name}, <ActorName name={report.file.actorName} />,{' '}
                  <RelativeTime at={report.file.receivedAt} />
                </>
              ),
            },
          ]}
        />
      </Card>
      <Card title={t('rows')}>
        <Table label={t('rows')} folds>
          <thead>
            <tr>
              <th>{t('source')}</th>
              <th className="num">{t('messages')}</th>
              <th>{t('headerFrom')}</th>
              <th>SPF</th>
              <th>DKIM</th>
              <th>{t('disposition')}</th>
            </tr>
          </thead>
          <tbody>
            {report.rows.map((row) => (
              <tr key={row.position}>
                <td className="exact">{row.sourceIp}</td>
                <td className="num" data-label={t('messages')}>
                  {format.number(row.messageCount)}
                </td>
                <td data-label={t('headerFrom')}>{row.headerFrom || '–'}</td>
                <td data-label="SPF">{yes(row.isSpfAligned)}</td>
                <td data-label="DKIM">{yes(row.isDkimAligned)}</td>
                <td data-label={t('disposition')}>{row.disposition}</td>
              </tr>
            ))}
          </tbody>
        </Table>
        <Pager
          first={after === null ? null : reportPath(id)}
          next={report.next === null ? null : withQuery(reportPath(id), { after: String(report.next) })}
        />
      </Card>
    </>
  )
}
