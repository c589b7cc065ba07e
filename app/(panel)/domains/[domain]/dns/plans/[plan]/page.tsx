import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { confirmDnsPlanAction, planDnsAction } from '@/app/(panel)/domains/[domain]/dns/actions'
import { PlanSets } from '@/app/(panel)/domains/[domain]/dns/plans/[plan]/plan-sets'
import { ActorName } from '@/components/data/actor-name'
import { domainPath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import type { PageState } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import { roleMay } from '@/lib/auth/permissions'
import { isEdit, kindOf, type PlanState } from '@/lib/dns/plan-content'
import { requireDnsPlan, type ShownPlan } from '@/lib/dns/queries'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam, uuidParam } from '@/lib/http/params'

interface Props {
  params: Promise<{ domain: string; plan: string }>
}

const LEVEL: Record<PlanState, Level> = {
  making: 'waiting',
  ready: 'attention',
  confirmed: 'waiting',
  published: 'ok',
  stale: 'attention',
  failed: 'broken',
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('plan')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

async function stateOf(plan: ShownPlan): Promise<PageState> {
  const t = await getTranslations('plan')
  const sets = plan.content?.sets ?? []
  const edits = sets.filter(isEdit)
  const isEmpty = plan.state === 'ready' && edits.length === 0
  const isLeft = sets.some((set) => ['kept', 'unread'].includes(kindOf(set)))
  const state = isEmpty ? (isLeft ? 'left' : 'empty') : plan.state
  return {
    level: isEmpty && !isLeft ? 'ok' : LEVEL[plan.state],
    word: t(`word.${state}`),
    text: t(`text.${state}`, {
      count: edits.length,
      done: edits.filter((set) => set.outcome !== null).length,
      provider: plan.content?.provider.name ?? '',
    }),
  }
}

export default async function PlanPage({ params }: Props) {
  const actor = await requirePageActor('dns:read')
  const { domain, plan: id } = await params
  const name = domainParam(domain)
  const [plan, { onboardedAt, policy }] = await orNotFound(
    Promise.all([requireDnsPlan(actor, name, uuidParam(id)), requireDomain(actor, name)]),
  )
  const [t, tDns, tDomain] = await Promise.all([
    getTranslations('plan'),
    getTranslations('dns'),
    getTranslations('domain'),
  ])
  const { content, state } = plan
  const mayPublish = roleMay(actor.role, 'dns:publish')
  const isConfirmable = state === 'ready' && content?.sets.some(isEdit) === true
  // A plan that only keeps house leaves the old mail server's MX; replacing it is asked for by its name.
  const leavesMx = content?.sets.some((set) => set.name === name && set.kept.includes('foreign-mx')) === true
  const mayMove = state !== 'making' && !policy.isParked && leavesMx
  const isOver = state !== 'making' && state !== 'confirmed' && !isConfirmable
  // Who came here from the guided way goes on there.
  const isOnWay = state === 'published' && onboardedAt === null
  const hidden = (movesMail: boolean) => ({ domain: name, ...(movesMail && { movesMail: 'on' }) })
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t(plan.movesMail ? 'titleMove' : 'title')}
      crumbs={[{ href: domainPath(name, 'dns'), label: tDomain('tabs.dns') }]}
      state={await stateOf(plan)}
      actions={
        mayPublish ? (
          <>
            {isOnWay ? (
              <ButtonLink href={domainPath(name, 'onboarding')} variant="primary">
                {tDomain('continue')}
              </ButtonLink>
            ) : null}
            {isConfirmable ? (
              <ActionForm action={confirmDnsPlanAction} hidden={{ domain: name, plan: plan.id }} className="contents">
                <SubmitButton busy={tDns('asking')}>{t('confirm')}</SubmitButton>
              </ActionForm>
            ) : null}
            {isOver ? (
              <ActionForm action={planDnsAction} hidden={hidden(plan.movesMail)} className="contents">
                <SubmitButton variant="plain" busy={tDns('asking')}>
                  {t('again')}
                </SubmitButton>
              </ActionForm>
            ) : null}
            {mayMove ? (
              <ActionForm action={planDnsAction} hidden={hidden(true)} className="contents">
                <SubmitButton variant="plain" busy={tDns('asking')}>
                  {t('withMove')}
                </SubmitButton>
              </ActionForm>
            ) : null}
          </>
        ) : null
      }
    >
      {plan.words === '' ? null : (
        <Card title={t('reason')}>
          <p className="px-4 py-3 wrap-anywhere">
            {t.has(`words.${plan.words}`) ? t(`words.${plan.words}`) : plan.words}
          </p>
        </Card>
      )}
      {content ? (
        <>
          <Card>
            <Facts
              facts={[
                { term: t('provider'), value: content.provider.name },
                { term: t('zone'), value: <span className="exact">{content.zone}</span> },
                {
                  term: t('made'),
                  value: (
                    <>
                      <RelativeTime at={plan.createdAt} />, <ActorName name={plan.actorName} />
                    </>
                  ),
                },
              ]}
            />
          </Card>
          <PlanSets sets={content.sets} />
        </>
      ) : null}
    </DomainFrame>
  )
}
