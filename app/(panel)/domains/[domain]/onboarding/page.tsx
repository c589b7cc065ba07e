import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { planDnsAction } from '@/app/(panel)/domains/[domain]/dns/actions'
import { requestTestAction } from '@/app/(panel)/domains/[domain]/tests/actions'
import {
  chooseProviderAction,
  finishOnboardingAction,
  leadMailHereAction,
  placeMailAction,
} from '@/app/(panel)/domains/[domain]/onboarding/actions'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { RecordStates } from '@/app/(panel)/domains/[domain]/onboarding/record-states'
import { WhatIsThere } from '@/app/(panel)/domains/[domain]/onboarding/what-is-there'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { domainPath, testPath } from '@/components/data/paths'
import { AbsoluteTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SelectField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card, CardBody } from '@/components/ui/card'
import type { Level } from '@/components/ui/level'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'
import { listProbes } from '@/lib/deliverability/queries'
import { listProviders, type ListedRecord } from '@/lib/dns/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { getOnboarding, type Onboarding } from '@/lib/onboarding/queries'
import { isOnWay, neededRecords, nextStep, type OnboardingKey, type OnboardingStep } from '@/lib/onboarding/steps'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery>
}

const LEVEL: Record<OnboardingStep['state'], Level> = { done: 'ok', now: 'waiting', later: 'unknown', failed: 'broken' }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('onboarding')
  return { title: t('title', { name: domainParam((await params).domain) }) }
}

/** The guided way from a typed name to a proven domain: one page, all steps, the next one open. */
export default async function OnboardingPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('domain:read')
  const name = domainParam((await params).domain)
  const [way, t, query] = await Promise.all([
    orNotFound(getOnboarding(actor, name)),
    getTranslations('onboarding'),
    plainQuery(searchParams),
  ])
  const next = nextStep(way.steps)
  const done = way.steps.filter((step) => step.state === 'done').length
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      state={{
        level: next === null ? 'ok' : LEVEL[next.state],
        word: next === null ? t('ready') : t('stepOf', { step: done + 1, steps: way.steps.length }),
        text: next === null ? t('readyText') : await saidOf(way, next),
      }}
      actions={
        next === null && way.domain.onboardedAt === null && roleMay(actor.role, 'domain:update') ? (
          <ActionForm action={finishOnboardingAction} hidden={{ domain: name }} className="contents">
            <SubmitButton busy={t('finishing')}>{t('finish')}</SubmitButton>
          </ActionForm>
        ) : null
      }
    >
      <ol className="contents">
        {way.steps.map((step, index) => (
          <li key={step.key} aria-current={step.key === next?.key ? 'step' : undefined}>
            <Card
              title={`${index + 1}. ${t(`steps.${step.key}.title`)}`}
              aside={<Badge level={LEVEL[step.state]}>{t(`states.${step.state}`)}</Badge>}
            >
              <CardBody>
                <StepContent actor={actor} name={name} way={way} step={step} isNext={step.key === next?.key} />
              </CardBody>
            </Card>
          </li>
        ))}
      </ol>
    </DomainFrame>
  )
}

interface StepProps {
  actor: Actor
  name: string
  way: Onboarding
  step: OnboardingStep
  /** The step to take now: the others say in one line what they are about. */
  isNext: boolean
}

const CONTENT: Record<OnboardingKey, (props: StepProps) => Promise<React.ReactNode>> = {
  name: Said,
  look: Look,
  publish: Publish,
  sign: Sign,
  people: People,
  move: Move,
  proof: Proof,
}

function StepContent(props: StepProps) {
  const Content = CONTENT[props.step.key]
  return <Content {...props} />
}

const statesOf = (records: readonly ListedRecord[]) =>
  records.map(({ observation }) => ({ state: observation?.state ?? null }))
const hasMove = (way: Onboarding) => way.steps.some(({ key }) => key === 'move')

/** True where the records of a step are published, and not everybody sees them yet. */
function isWaiting(way: Onboarding, key: OnboardingKey): boolean {
  if (key === 'publish') return isOnWay(statesOf(neededRecords(way.records, hasMove(way))))
  return key === 'move' && way.mx === 'here' && isOnWay(statesOf(way.exchanges))
}

async function saidOf(way: Onboarding, { key, state }: OnboardingStep): Promise<string> {
  const t = await getTranslations('onboarding')
  if (state === 'done') return t(`steps.${key}.done`)
  return isWaiting(way, key) ? t(`onWay.${key === 'move' ? 'move' : 'publish'}`) : t(`steps.${key}.text`)
}

/** One line on a step. */
async function Said({ way, step }: StepProps) {
  return <p className="text-muted max-w-prose">{await saidOf(way, step)}</p>
}

async function Look(props: StepProps) {
  const { actor, name, way } = props
  const t = await getTranslations('onboarding')
  // At the step that moves the mail the choice has been made.
  const isChosen = nextStep(way.steps)?.key === 'move'
  const isElsewhere = way.foreignExchanges.length > 0 && !way.domain.policy.isParked
  const mayPlace = roleMay(actor.role, 'dns:write') && isElsewhere && !isChosen
  return (
    <div className="flex flex-col gap-3">
      <Said {...props} />
      <WhatIsThere domain={name} records={way.records} />
      {mayPlace ? (
        <div className="flex flex-col gap-2">
          <p className="max-w-prose">{t('elsewhere', { hosts: way.foreignExchanges.join(', ') })}</p>
          <ActionForm
            action={placeMailAction}
            hidden={{ domain: name, mx: way.mx === 'later' ? 'here' : 'later' }}
            className="contents"
          >
            <div>
              <SubmitButton variant={way.mx === 'later' ? 'plain' : 'primary'} busy={t('saving')}>
                {t(way.mx === 'later' ? 'moveAtOnce' : 'moveLast')}
              </SubmitButton>
            </div>
          </ActionForm>
          <p className="text-muted text-sm">{t(way.mx === 'later' ? 'moveLastChosen' : 'moveLastHelp')}</p>
        </div>
      ) : null}
    </div>
  )
}

async function Publish(props: StepProps) {
  const { actor, name, way, step } = props
  const [t, tDns] = await Promise.all([getTranslations('onboarding'), getTranslations('dns')])
  if (step.state === 'later') return <Said {...props} />
  const mayPublish = roleMay(actor.role, 'dns:publish')
  const providers = mayPublish ? await listProviders(actor) : []
  return (
    <div className="flex flex-col gap-4">
      <Said {...props} />
      <RecordStates records={neededRecords(way.records, hasMove(way))} />
      {step.state === 'done' ? null : (
        <div className="flex flex-wrap items-end gap-3">
          {way.provider === null || !mayPublish ? (
            <ButtonLink href={domainPath(name, way.provider === null ? 'dns/by-hand' : 'dns')} variant="primary">
              {t(way.provider === null ? 'toForms' : 'toRecords')}
            </ButtonLink>
          ) : (
            <ActionForm action={planDnsAction} hidden={{ domain: name }} className="contents">
              <SubmitButton variant={isWaiting(way, 'publish') ? 'plain' : 'primary'} busy={tDns('asking')}>
                {t('toPlan', { provider: way.provider })}
              </SubmitButton>
            </ActionForm>
          )}
          {providers.length > 0 ? (
            <ActionForm
              action={chooseProviderAction}
              hidden={{ domain: name }}
              className="flex flex-wrap items-end gap-2"
            >
              <SelectField
                name="provider"
                label={t('provider')}
                defaultValue={way.provider ?? ''}
                options={[
                  { value: '', label: t('byHand') },
                  ...providers.map((provider) => ({ value: provider.name, label: provider.name })),
                ]}
              />
              <SubmitButton variant="plain" busy={t('saving')}>
                {t('choose')}
              </SubmitButton>
            </ActionForm>
          ) : null}
        </div>
      )}
    </div>
  )
}

async function Sign(props: StepProps) {
  const { name, way } = props
  const [t, tDkim] = await Promise.all([getTranslations('onboarding'), getTranslations('dkim')])
  const active = way.keys.find((key) => key.state === 'active')
  const coming = way.keys.find((key) => key.waiting !== null)
  if (active) return <p className="text-muted">{t('signsWith', { selector: active.selector })}</p>
  return (
    <div className="flex flex-col gap-2">
      <Said {...props} />
      {coming?.waiting ? (
        <p className="first-letter:uppercase">
          {tDkim(`waiting.${coming.waiting.for}`)}
          {coming.waiting.until ? (
            <>
              {' '}
              <AbsoluteTime at={coming.waiting.until} />
            </>
          ) : null}
        </p>
      ) : null}
      <p>
        <Link prefetch={false} href={domainPath(name, 'dkim')}>
          {t('toKeys')}
        </Link>
      </p>
    </div>
  )
}

async function People(props: StepProps) {
  const { actor, name, step } = props
  const t = await getTranslations('onboarding')
  const mayCreate = step.state !== 'done' && roleMay(actor.role, 'mailbox:write')
  return (
    <div className="flex flex-col gap-3">
      <Said {...props} />
      {mayCreate ? (
        <div>
          <ButtonLink href={`${domainPath(name, 'mailboxes')}/new`} variant={props.isNext ? 'primary' : 'plain'}>
            {t('createMailbox')}
          </ButtonLink>
        </div>
      ) : null}
    </div>
  )
}

const MINUTE_SECONDS = 60

interface TasksProps {
  way: Onboarding
  tasks: readonly ('addresses' | 'ttl' | 'copy' | 'old')[]
}

/** What Posthouse cannot see. */
async function YourTasks({ way, tasks }: TasksProps) {
  const t = await getTranslations('onboarding')
  const minutes = Math.ceil((way.exchangeTtlSeconds ?? 0) / MINUTE_SECONDS)
  return (
    <ul className="flex flex-col gap-1.5">
      {tasks.map((key) => (
        <li key={key} className="flex items-baseline gap-2">
          <Badge level="unknown">{t('yours')}</Badge>
          {t(`checklist.${key}`, { minutes })}
        </li>
      ))}
    </ul>
  )
}

/** What to have done before senders are led here: what Posthouse can see is ticked by itself. */
async function Move(props: StepProps) {
  const { actor, name, way, step } = props
  const [t, format] = await Promise.all([getTranslations('onboarding'), getFormatter()])
  if (step.state === 'done') return <Said {...props} />
  if (isWaiting(way, 'move'))
    return (
      <div className="flex flex-col gap-3">
        <Said {...props} />
        <RecordStates records={way.exchanges} />
        <YourTasks way={way} tasks={['copy', 'old']} />
      </div>
    )
  const isReady = (key: OnboardingKey) => way.steps.some((one) => one.key === key && one.state === 'done')
  const seen = [
    { key: 'records', isDone: isReady('publish') },
    { key: 'key', isDone: isReady('sign') },
    { key: 'mailboxes', isDone: isReady('people') },
  ] as const
  const isTyped = way.provider === null && way.mx === 'here'
  return (
    <div className="flex flex-col gap-3">
      <Said {...props} />
      <ul className="flex flex-col gap-1.5">
        {seen.map(({ key, isDone }) => (
          <li key={key} className="flex items-baseline gap-2">
            <Badge level={isDone ? 'ok' : 'waiting'}>{t(isDone ? 'states.done' : 'notYet')}</Badge>
            {t(`checklist.${key}`)}
          </li>
        ))}
      </ul>
      <YourTasks way={way} tasks={['addresses', 'ttl', 'copy', 'old']} />
      {isTyped ? (
        <p className="max-w-prose wrap-anywhere">
          {t('moveByHand', {
            values: format.list(way.move.from.map((value) => `MX ${value}`)),
            ours: format.list(way.move.to.map((value) => `MX ${value}`)),
          })}
        </p>
      ) : null}
      {!isTyped && roleMay(actor.role, 'dns:publish') ? (
        <ActionForm action={leadMailHereAction} hidden={{ domain: name }} className="flex flex-col gap-2">
          <div>
            <SubmitButton variant={props.isNext ? 'primary' : 'plain'} busy={t('saving')}>
              {t(way.provider === null ? 'moveNow' : 'movePlan')}
            </SubmitButton>
          </div>
          {way.provider !== null && way.foreignExchanges.length > 0 ? (
            <p className="text-muted text-sm">{t('moveHelp', { hosts: format.list(way.foreignExchanges) })}</p>
          ) : null}
        </ActionForm>
      ) : null}
    </div>
  )
}

async function Proof(props: StepProps) {
  const { actor, name, way, step, isNext } = props
  const [t, tReadiness] = await Promise.all([getTranslations('onboarding'), getTranslations('readiness')])
  const last = way.lastTest
  const probes = isNext && roleMay(actor.role, 'test:run') ? await listProbes(actor) : []
  return (
    <div className="flex flex-col gap-3">
      <Said {...props} />
      {last ? (
        <p>
          <Link prefetch={false} href={testPath(last.id)}>
            {t(`tests.${last.state}`)}
          </Link>
        </p>
      ) : null}
      {step.state !== 'done' && probes.length > 0 ? (
        <ActionForm
          action={requestTestAction}
          hidden={{ domain: name, localPart: '' }}
          className="flex flex-wrap items-end gap-2"
        >
          <SelectField
            name="probe"
            label={t('probe')}
            options={probes.map((probe) => ({
              value: probe.name,
              label: `${probe.address} · ${tReadiness(`grade.${probe.grade}`)}`,
            }))}
          />
          <SubmitButton busy={t('testing')}>{t('test')}</SubmitButton>
        </ActionForm>
      ) : null}
    </div>
  )
}
