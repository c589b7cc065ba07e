import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { requestTestAction } from '@/app/(panel)/domains/[domain]/tests/actions'
import { TestTable } from '@/components/data/test-table'
import { testLevel } from '@/components/data/test-badge'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SelectField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
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

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('tests')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

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
        <Card title={t('run')}>
          <CardBody>
            {probes.length === 0 ? (
              <p className="text-muted">{t('noProbe')}</p>
            ) : (
              <ActionForm action={requestTestAction}>
                <p className="text-muted max-w-prose">{t('runText')}</p>
                <input type="hidden" name="domain" value={name} />
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
                <div>
                  <SubmitButton busy={t('starting')}>{t('start')}</SubmitButton>
                </div>
              </ActionForm>
            )}
          </CardBody>
        </Card>
      ) : null}
      <Card title={t('history')}>
        {tests.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <TestTable tests={tests} hasDomain={false} />
        )}
      </Card>
    </DomainFrame>
  )
}
