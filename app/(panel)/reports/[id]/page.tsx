import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { OwnWords } from '@/app/(panel)/reports/[id]/own-words'
import { PolicyFacts } from '@/app/(panel)/reports/[id]/policy-facts'
import { ReportRows } from '@/app/(panel)/reports/[id]/report-rows'
import { ActorName } from '@/components/data/actor-name'
import { ForeignText } from '@/components/data/foreign-text'
import { Pager } from '@/components/data/pager'
import { domainPath, originalPath, reportPath, withQuery } from '@/components/data/paths'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { TrustBadge } from '@/components/data/trust-badge'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { requireReport } from '@/lib/dmarc/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { bigintParam, uuidParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { visibleText } from '@/lib/text/visible-text'

interface Props {
  params: Promise<{ id: string }>
  searchParams: Promise<{ after?: string }>
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reports'))('one') }
}

export default async function ReportPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const id = uuidParam((await params).id)
  const after = bigintParam((await plainQuery(searchParams)).after)
  const report = await orNotFound(requireReport(actor, id, after === null ? {} : { after: Number(after) }))
  const t = await getTranslations('reports')
  const { unreadableRecords: unreadable, records } = report
  return (
    <>
      <PageHeader
        crumbs={[
          { href: domainPath(report.domain), label: report.domain },
          { href: domainPath(report.domain, 'reports'), label: t('title') },
        ]}
        title={t('oneOf', { reporter: visibleText(report.reporter) })}
        state={{
          level: unreadable > 0 || report.file.trust === 'unverified' ? 'attention' : 'ok',
          word: t('states.stored'),
          text: (
            <>
              {t('oneText', { messages: report.messageCount, domain: report.policyDomain })}{' '}
              {unreadable > 0 ? t('unreadableText', { unreadable, records }) : null}
            </>
          ),
        }}
      />
      <Card title={t('about')}>
        <AboutFacts report={report} />
      </Card>
      <Card title={t('policyFound')}>
        <PolicyFacts policy={report.policy} />
      </Card>
      <OwnWords report={report} />
      <Card title={t('rows')}>
        <ReportRows rows={report.rows} />
        <Pager
          first={after === null ? null : reportPath(id)}
          next={report.next === null ? null : withQuery(reportPath(id), { after: String(report.next) })}
        />
      </Card>
    </>
  )
}

/** Who says it, of when, and how it came here. */
async function AboutFacts({ report }: { report: Awaited<ReturnType<typeof requireReport>> }) {
  const t = await getTranslations('reports')
  const { metadata, file } = report
  const contact = [metadata.email, metadata.extraContactInfo?.text ?? ''].filter((text) => text !== '')
  const made = [metadata.generator ?? '', t(`formats.${metadata.format}`)].filter((text) => text !== '')
  return (
    <Facts
      facts={[
        { term: t('reporter'), value: <ForeignText text={report.reporter} /> },
        ...contact.map((text, at) => ({
          term: at === 0 ? t('contact') : t('contactMore'),
          value: <ForeignText text={text} className="exact" />,
        })),
        { term: t('reportId'), value: <ForeignText text={report.reportId} className="exact" /> },
        {
          term: t('period'),
          value: (
            <>
              <AbsoluteTime at={report.beginsAt} /> – <AbsoluteTime at={report.endsAt} />
            </>
          ),
        },
        { term: t('madeAs'), value: <ForeignText text={made.join(', ')} /> },
        {
          term: t('file'),
          value: (
            <>
              <ForeignText text={file.name} />, <ActorName name={file.actorName} />,{' '}
              <RelativeTime at={file.receivedAt} /> <a href={originalPath(file.id)}>{t('original')}</a>
            </>
          ),
        },
        ...(file.trust === 'none'
          ? []
          : [
              {
                term: t('trust'),
                value: (
                  <>
                    {file.senderDomain === null ? null : (
                      <ForeignText text={file.senderDomain} className="exact mr-2" />
                    )}
                    <TrustBadge trust={file.trust} reason={file.trustReason} />
                  </>
                ),
              },
            ]),
      ]}
    />
  )
}
