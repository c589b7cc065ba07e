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
import { latestProof } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'
import { getOnboarding } from '@/lib/onboarding/queries'
import { judgeReadiness } from '@/lib/domains/readiness'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { listRefusals, listReleases } from '@/lib/releases/queries'
import { nextStep } from '@/lib/onboarding/steps'
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
  const [t, tWay, tRoot, format, query] = await Promise.all([
    getTranslations('domain'),
    getTranslations('onboarding'),
    getTranslations('readiness'),
    getFormatter(),
    plainQuery(searchParams),
  ])
  const [way, proof, { releases }, refusals] = await orNotFound(
    Promise.all([
      getOnboarding(actor, name),
      latestProof(actor, name),
      listReleases(actor, { domain: name, take: 8 }),
      listRefusals(actor, name),
    ]),
  )
  const { domain, records, keys, lastTest: last } = way
  const facts = {
    refusingNodes: refusals.map((refusal) => refusal.node),
    suspendMode: domain.suspendMode,
    isParked: domain.policy.isParked,
    records: records.map(({ observation, ...record }) => ({ ...record, state: observation?.state ?? null })),
    keyStates: keys.map((key) => key.state),
    lastTest: last ? { ...last, isStandIn: last.probe.isStandIn } : null,
  }
  const readiness = judgeReadiness(facts)
  const next = readiness.code === 'parked' || domain.onboardedAt ? null : nextStep(way.steps)
  return (
    <DomainFrame
      name={name}
      actor={actor}
      state={await domainStateLine(name, readiness)}
      query={query}
      actions={
        next ? (
          <ButtonLink href={domainPath(name, 'onboarding')} variant="primary">
            {t('continue')}
          </ButtonLink>
        ) : null
      }
    >
      {next === null ? null : (
        <Card
          title={tWay('title', { name })}
          aside={tWay('stepOf', {
            step: way.steps.filter((step) => step.state === 'done').length + 1,
            steps: way.steps.length,
          })}
        >
          <Steps
            steps={way.steps.map((step) => ({
              title: tWay(`steps.${step.key}.title`),
              note: step.key === next.key ? tWay(`steps.${step.key}.text`) : '',
              state: step.state,
              word: tWay(`states.${step.state}`),
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
              {
                term: t('clients'),
                value: (
                  <Link prefetch={false} href={`/clients/${name}`}>
                    {t('clientsPage')}
                  </Link>
                ),
              },
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
