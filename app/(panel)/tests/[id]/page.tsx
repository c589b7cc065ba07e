import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import { HeaderLines } from '@/app/(panel)/tests/[id]/header-lines'
import { HopTable } from '@/app/(panel)/tests/[id]/hop-table'
import { VerifiedFacts } from '@/app/(panel)/tests/[id]/verified-facts'
import { requestTestAction } from '@/app/(panel)/domains/[domain]/tests/actions'
import { ActorName } from '@/components/data/actor-name'
import { domainPath } from '@/components/data/paths'
import { testLevel } from '@/components/data/test-badge'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { Steps } from '@/components/ui/steps'
import { roleMay } from '@/lib/auth/permissions'
import { requireTest } from '@/lib/deliverability/queries'
import { shownGrade, STEPS } from '@/lib/deliverability/schema'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { uuidParam } from '@/lib/http/params'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('tests'))('one') }
}

const STEP_STATE = { ok: 'done', running: 'now', failed: 'failed' } as const

export default async function TestPage({ params }: { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor('test:read')
  const test = await orNotFound(requireTest(actor, uuidParam((await params).id)))
  const [t, tReadiness, format] = await Promise.all([
    getTranslations('tests'),
    getTranslations('readiness'),
    getFormatter(),
  ])
  const { result } = test
  const { name } = test.domain
  const grade = shownGrade(test.grade, test.probe.isStandIn)
  const isOver = test.finishedAt !== null
  const seconds = (milliseconds: number): string =>
    t('seconds', { seconds: format.number(milliseconds / 1000, { maximumFractionDigits: 2 }) })
  const [headline, ...findings] = result.verdict
  return (
    <>
      <PageHeader
        crumbs={[
          { href: domainPath(name), label: name },
          { href: domainPath(name, 'tests'), label: t('title') },
        ]}
        title={t('oneOf', { sender: test.sender })}
        state={{
          level: testLevel(test.state),
          word: t(`states.${test.state}`),
          text: headline ? t(`verdict.${headline}`) : isOver ? t('noVerdict') : t('runningText'),
        }}
        actions={
          roleMay(actor.role, 'test:run') && isOver && test.probe.removedAt === null ? (
            <ActionForm
              action={requestTestAction}
              hidden={{ domain: name, probe: test.probe.name }}
              className="contents"
            >
              <SubmitButton busy={t('starting')}>{t('again')}</SubmitButton>
            </ActionForm>
          ) : null
        }
      />
      <Card title={t('steps')} aside={t('youCanLeave')}>
        <Steps
          steps={STEPS.map((step) => {
            const done = result.steps.find((one) => one.name === step)
            const state = done ? STEP_STATE[done.state] : 'later'
            return {
              title: t(`step.${step}`),
              note: done
                ? done.state === 'failed'
                  ? done.words
                  : done.state === 'ok'
                    ? seconds(done.milliseconds)
                    : t('now')
                : '',
              state,
              word: t(`stepWord.${state}`),
            }
          })}
        />
      </Card>
      <div className="wide:grid-cols-2 grid grid-cols-1 gap-x-5">
        <Card title={t('proofCard')}>
          <Facts
            facts={[
              { term: t('grade'), value: tReadiness(`grade.${grade}`) },
              { term: t('probe'), value: test.probe.address },
              { term: t('by'), value: <ActorName name={test.actorName} /> },
              { term: t('when'), value: <RelativeTime at={test.createdAt} /> },
              {
                term: t('unproven'),
                value: t(`unprovenText.${grade === 'outside' ? 'outside' : 'inside'}`),
              },
            ]}
          />
        </Card>
        <Card title={t('findings')}>
          {findings.length === 0 ? (
            <p className="text-muted px-4 py-3">{isOver ? t('noFindings') : t('notYet')}</p>
          ) : (
            <ul className="list-disc py-3 pr-4 pl-8">
              {findings.map((code) => (
                <li key={code}>{t(`finding.${code}`)}</li>
              ))}
            </ul>
          )}
        </Card>
      </div>
      {result.outbound ? (
        <Card title={t('outbound')} aside={seconds(result.outbound.milliseconds)}>
          <VerifiedFacts verified={result.outbound.verified} />
          <HeaderLines label={t('receiverSays')} lines={result.outbound.receiverSays} />
          <HopTable hops={result.outbound.hops} label={t('hopsOut')} />
        </Card>
      ) : null}
      {result.inbound ? (
        <Card title={t('inbound')} aside={seconds(result.inbound.milliseconds)}>
          <HeaderLines label={t('weSay')} lines={result.inbound.weSay} />
          <HopTable hops={result.inbound.hops} label={t('hopsIn')} />
        </Card>
      ) : null}
    </>
  )
}
