import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { domainStateLine } from '@/components/data/domain-state'
import { domainPath, testPath } from '@/components/data/paths'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { ReleaseTable } from '@/components/data/release-table'
import { RelativeTime } from '@/components/data/time'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Facts } from '@/components/ui/facts'
import { Steps } from '@/components/ui/steps'
import { latestProof, listTests } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'
import { listDkimKeys } from '@/lib/dkim/queries'
import { listDnsRecords } from '@/lib/dns/queries'
import { requireDomain } from '@/lib/domains/queries'
import { judgeReadiness } from '@/lib/domains/readiness'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { listRefusals, listReleases } from '@/lib/releases/queries'
import { onboardingSteps } from '@/app/(panel)/domains/[domain]/onboarding'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: domainParam((await params).domain) }
}

export default async function DomainPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('domain:read')
  const name = domainParam((await params).domain)
  const [t, tRoot, format, query] = await Promise.all([
    getTranslations('domain'),
    getTranslations('readiness'),
    getFormatter(),
    plainQuery(searchParams),
  ])
  const [domain, { records }, keys, tests, proof, { releases }, refusals] = await orNotFound(
    Promise.all([
      requireDomain(actor, name),
      listDnsRecords(actor, name),
      listDkimKeys(actor, name),
      listTests(actor, { domain: name, take: 1 }),
      latestProof(actor, name),
      listReleases(actor, { domain: name, take: 8 }),
      listRefusals(actor, name),
    ]),
  )
  const last = tests[0]
  const facts = {
    refusingNodes: refusals.map((refusal) => refusal.node),
    suspendMode: domain.suspendMode,
    isParked: domain.policy.isParked,
    records: records.map(({ observation, ...record }) => ({ ...record, state: observation?.state ?? null })),
    keyStates: keys.map((key) => key.state),
    lastTest: last ? { ...last, isStandIn: last.probe.isStandIn } : null,
  }
  const readiness = judgeReadiness(facts)
  // A refused change is no step of bringing the domain on line.
  const steps = onboardingSteps(judgeReadiness({ ...facts, refusingNodes: [] }), domain.mailboxCount)
  const isDone = readiness.code === 'parked' || steps.every((step) => step.state === 'done')
  const nowStep = isDone ? undefined : steps.find((step) => step.state !== 'done')
  return (
    <DomainFrame
      name={name}
      actor={actor}
      state={await domainStateLine(name, readiness)}
      query={query}
      actions={
        nowStep ? (
          <ButtonLink href={domainPath(name, nowStep.page)} variant="primary">
            {t(`steps.${nowStep.key}.do`)}
          </ButtonLink>
        ) : null
      }
    >
      {isDone ? null : (
        <Card
          title={t('onboarding', { name })}
          aside={t('stepOf', { step: steps.filter((step) => step.state === 'done').length + 1, steps: steps.length })}
        >
          <Steps
            steps={steps.map((step) => ({
              title: t(`steps.${step.key}.title`),
              note: t(`steps.${step.key}.${step.state}`, { wrong: readiness.wrong, total: readiness.total }),
              state: step.state,
              word: t(`stepWord.${step.state}`),
            }))}
          />
        </Card>
      )}
      <div className="wide:grid-cols-2 grid grid-cols-1 gap-x-5">
        <Card title={t('facts')}>
          <Facts
            facts={[
              {
                term: t('tabs.mailboxes'),
                value: (
                  <Link prefetch={false} href={domainPath(name, 'mailboxes')}>
                    {format.number(domain.mailboxCount)}
                  </Link>
                ),
              },
              {
                term: t('tabs.aliases'),
                value: (
                  <Link prefetch={false} href={domainPath(name, 'aliases')}>
                    {format.number(domain.aliasCount)}
                  </Link>
                ),
              },
              { term: t('home'), value: domain.homeNode?.name ?? t('noHome') },
              { term: t('provider'), value: domain.dnsProvider?.name ?? t('byHand') },
              { term: t('aliasNames'), value: domain.aliasesOf.map((alias) => alias.name).join(', ') || t('none') },
              { term: t('signing'), value: keys.find((key) => key.state === 'active')?.selector ?? t('notSigning') },
              { term: t('created'), value: <RelativeTime at={domain.createdAt} /> },
              ...(domain.description ? [{ term: t('description'), value: domain.description }] : []),
            ]}
          />
        </Card>
        <Card
          title={t('proof')}
          aside={
            <Link prefetch={false} href={domainPath(name, 'tests')}>
              {t('tabs.tests')}
            </Link>
          }
        >
          {proof ? (
            <Facts
              facts={[
                { term: t('proofGrade'), value: tRoot(`grade.${shownGrade(proof.grade, proof.probe.isStandIn)}`) },
                {
                  term: t('proofBy'),
                  value: proof.probe.isStandIn ? t('standIn', { name: proof.probe.name }) : proof.probe.name,
                },
                {
                  term: t('proofAt'),
                  value: (
                    <Link prefetch={false} href={testPath(proof.id)}>
                      {proof.finishedAt ? <RelativeTime at={proof.finishedAt} /> : '–'}
                    </Link>
                  ),
                },
                {
                  term: t('unproven'),
                  value: t(
                    `unprovenText.${shownGrade(proof.grade, proof.probe.isStandIn) === 'outside' ? 'outside' : 'inside'}`,
                  ),
                },
              ]}
            />
          ) : (
            <Empty title={t('noProof')}>{t('noProofText')}</Empty>
          )}
        </Card>
      </div>
      <Card title={t('changes')}>
        {releases.length === 0 ? (
          <Empty title={t('noChanges')} />
        ) : (
          <ReleaseTable label={t('changes')} releases={releases} />
        )}
      </Card>
    </DomainFrame>
  )
}
