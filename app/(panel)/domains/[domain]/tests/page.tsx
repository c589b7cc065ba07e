import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { ChecksCard } from '@/app/(panel)/domains/[domain]/tests/checks-card'
import { requestTestAction } from '@/app/(panel)/domains/[domain]/tests/actions'
import { openLevel, isOpen } from '@/components/data/finding-level'
import { TestTable } from '@/components/data/test-table'
import { testLevel } from '@/components/data/test-badge'
import { RelativeTime } from '@/components/data/time'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { listDomainFindings } from '@/lib/checks/queries'
import { listProbes, listTests } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<{ acknowledge?: string }>
}

export const generateMetadata = domainPageTitle('tests')

export default async function DomainTestsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('test:read')
  const name = domainParam((await params).domain)
  const page = await orNotFound(listDomainFindings(actor, name))
  const [tests, probes, { acknowledge }, t, tFindings, tReadiness] = await Promise.all([
    listTests(actor, { domain: name }),
    listProbes(actor),
    plainQuery(searchParams),
    getTranslations('tests'),
    getTranslations('findings'),
    getTranslations('readiness'),
  ])
  const last = tests[0]
  const open = page.findings.filter(isOpen)
  const level = openLevel(open)
  return (
    <DomainFrame
      name={name}
      actor={actor}
      state={
        open.length > 0
          ? {
              level,
              word: tFindings(`levels.${level}`),
              text: tFindings('stateOpen', { count: open.length }),
            }
          : last
            ? {
                level: testLevel(last.state),
                word: t(`states.${last.state}`),
                text: t.rich('lastState', {
                  verdict: last.result.verdict[0] ? t(`verdict.${last.result.verdict[0]}`) : t('noVerdict'),
                  at: () => <RelativeTime at={last.finishedAt ?? last.createdAt} />,
                }),
              }
            : { level: 'unknown', word: t('never'), text: t('neverText') }
      }
    >
      <ChecksCard actor={actor} domain={name} page={page} acknowledging={acknowledge} />
      {roleMay(actor.role, 'test:run') ? (
        probes.length === 0 ? (
          <Card title={t('run')}>
            <Empty title={t('noProbe')}>{t('noProbeText')}</Empty>
          </Card>
        ) : (
          <FormCard
            title={t('run')}
            intro={t('runText')}
            action={requestTestAction}
            hidden={{ domain: name }}
            submit={t('start')}
            busy={t('starting')}
          >
            <SelectField
              name="probe"
              label={t('probe')}
              help={t('probeHelp')}
              options={probes.map((probe) => ({
                value: probe.name,
                label: `${probe.address} · ${tReadiness(`grade.${shownGrade(probe.grade, probe.isStandIn)}`)}`,
              }))}
            />
            <TextField name="localPart" label={t('from')} help={t('fromHelp')} after={`@${name}`} isMono />
          </FormCard>
        )
      ) : null}
      <Card title={t('history')}>
        {tests.length === 0 ? <Empty title={t('emptyTitle')} /> : <TestTable tests={tests} hasDomain={false} />}
      </Card>
    </DomainFrame>
  )
}
