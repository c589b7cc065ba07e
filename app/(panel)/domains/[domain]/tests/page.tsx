import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { requestTestAction } from '@/app/(panel)/domains/[domain]/tests/actions'
import { TestTable } from '@/components/data/test-table'
import { testLevel } from '@/components/data/test-badge'
import { RelativeTime } from '@/components/data/time'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { listProbes, listTests } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'

interface Props {
  params: Promise<{ domain: string }>
}

export const generateMetadata = domainPageTitle('tests')

export default async function DomainTestsPage({ params }: Props) {
  const actor = await requirePageActor('test:read')
  const name = domainParam((await params).domain)
  await orNotFound(requireDomain(actor, name))
  const [tests, probes, t, tReadiness] = await Promise.all([
    listTests(actor, { domain: name }),
    listProbes(actor),
    getTranslations('tests'),
    getTranslations('readiness'),
  ])
  const last = tests[0]
  return (
    <DomainFrame
      name={name}
      actor={actor}
      state={
        last
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
