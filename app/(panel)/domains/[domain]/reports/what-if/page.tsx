import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { SourceCell } from '@/app/(panel)/domains/[domain]/reports/source-cell'
import { ChangeCard } from '@/app/(panel)/domains/[domain]/reports/what-if/change-card'
import { proposalOf, TIMES, type WhatIfQuery } from '@/app/(panel)/domains/[domain]/reports/what-if/proposal'
import { domainPath } from '@/components/data/paths'
import { SelectField } from '@/components/form/field'
import { buttonClass } from '@/components/ui/button-class'
import { Card, CardBody } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import { roleMay } from '@/lib/auth/permissions'
import { getWhatIf } from '@/lib/dmarc/sources/queries'
import type { FailingSource, Proposal, Verdict } from '@/lib/dmarc/sources/what-if'
import { ALIGNMENTS, DMARC_POLICIES } from '@/lib/dns/policy'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<WhatIfQuery>
}

const LEVEL: Record<Verdict, Level> = { safe: 'ok', 'not-yet': 'attention', 'not-enough': 'unknown' }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('whatIf')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

/** What a stricter policy would have done to the mail that reports speak of, and whether it is safe to ask for it. */
export default async function WhatIfPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const name = domainParam((await params).domain)
  const [domain, query] = await Promise.all([orNotFound(requireDomain(actor, name)), plainQuery(searchParams)])
  const { proposal, days } = proposalOf(query, domain.policy.dmarc)
  const [result, t, tDomain, format] = await Promise.all([
    orNotFound(getWhatIf(actor, name, proposal, { days })),
    getTranslations('whatIf'),
    getTranslations('domain'),
    getFormatter(),
  ])
  const { verdict, messages, stopped, forwarded, against, others } = result
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('title')}
      crumbs={[{ href: domainPath(name, 'reports'), label: tDomain('tabs.reports') }]}
      state={{
        level: LEVEL[verdict],
        word: t(`verdict.${verdict}`),
        text: t(`text.${verdict}`, { count: against.length, days: result.days, messages }),
      }}
    >
      <Card title={t('question')}>
        <CardBody>
          <ProposalForm path={domainPath(name, 'reports/what-if')} proposal={proposal} days={days} />
        </CardBody>
      </Card>
      <Card title={t('answer')} aside={t('seen', { days: result.days, of: days })}>
        {messages === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <Facts
            facts={[
              { term: t('messages'), value: format.number(messages) },
              { term: t('stopped'), value: format.number(stopped) },
              { term: t('forwarded'), value: `${format.number(forwarded)} · ${t('forwardedText')}` },
            ]}
          />
        )}
      </Card>
      <Failing title={t('against')} text={t('againstText')} failing={against} />
      {roleMay(actor.role, 'dns:publish') && !domain.policy.isParked ? (
        <ChangeCard domain={domain} proposal={proposal} verdict={verdict} />
      ) : null}
      <Failing title={t('others')} text={t('othersText')} failing={others} />
    </DomainFrame>
  )
}

async function ProposalForm({ path, proposal, days }: { path: string; proposal: Proposal; days: number }) {
  const [t, tPolicy] = await Promise.all([getTranslations('whatIf'), getTranslations('dnsPolicy')])
  const policies = DMARC_POLICIES.map((value) => ({ value, label: tPolicy(`policies.${value}`) }))
  const alignments = ALIGNMENTS.map((value) => ({ value, label: tPolicy(`alignments.${value}`) }))
  return (
    <form action={path} className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      <SelectField name="p" label={tPolicy('p')} options={policies} defaultValue={proposal.p} />
      <SelectField
        name="sp"
        label={tPolicy('sp')}
        options={[{ value: '', label: tPolicy('policies.asDomain') }, ...policies]}
        defaultValue={proposal.sp ?? ''}
      />
      <SelectField
        name="np"
        label={tPolicy('np')}
        options={[{ value: '', label: tPolicy('policies.asSubdomains') }, ...policies]}
        defaultValue={proposal.np ?? ''}
      />
      <SelectField name="adkim" label={tPolicy('adkim')} options={alignments} defaultValue={proposal.adkim} />
      <SelectField name="aspf" label={tPolicy('aspf')} options={alignments} defaultValue={proposal.aspf} />
      <SelectField
        name="days"
        label={t('time')}
        options={TIMES.map((value) => ({ value, label: t('lastDays', { days: Number(value) }) }))}
        defaultValue={String(days)}
      />
      <div className="self-end">
        <button type="submit" className={buttonClass('plain')}>
          {t('ask')}
        </button>
      </div>
    </form>
  )
}

async function Failing({ title, text, failing }: { title: string; text: string; failing: readonly FailingSource[] }) {
  const [t, tReports, format] = await Promise.all([
    getTranslations('whatIf'),
    getTranslations('reports'),
    getFormatter(),
  ])
  if (failing.length === 0) return null
  return (
    <Card title={title} aside={text}>
      <Table label={title} folds>
        <thead>
          <tr>
            <th>{tReports('source')}</th>
            <th className="num">{t('wouldStop')}</th>
            <th className="num">{tReports('messages')}</th>
          </tr>
        </thead>
        <tbody>
          {failing.map(({ source, stopped }) => (
            <tr key={source.key}>
              <td>
                <SourceCell source={source} />
              </td>
              <td className="num" data-label={t('wouldStop')}>
                {format.number(stopped)}
              </td>
              <td className="num" data-label={tReports('messages')}>
                {format.number(source.messages)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
