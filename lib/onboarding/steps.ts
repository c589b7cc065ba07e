import type { DkimKeyState } from '@/lib/db/generated/enums'
import type { Need } from '@/lib/dns/purpose'

/** What the way of a domain is read from: nothing of it is stored, so it can be left and resumed anywhere. */
export interface OnboardingFacts {
  /** Managed records; `state` is null before DNS was first asked, `isHeld` those that wait for the move of its mail. */
  records: { purpose: string; need: Need; isHeld: boolean; state: string | null }[]
  /** MX records in DNS that are not ours. */
  foreignMx: string[]
  mx: 'here' | 'later'
  /** A plan that leads the mail here was published. */
  hasMoved: boolean
  keyStates: DkimKeyState[]
  mailboxCount: number
  lastTest: { state: string } | null
}

export const ONBOARDING_STEPS = ['name', 'look', 'publish', 'sign', 'people', 'move', 'proof'] as const
export type OnboardingKey = (typeof ONBOARDING_STEPS)[number]

export interface OnboardingStep {
  key: OnboardingKey
  state: 'done' | 'now' | 'later' | 'failed'
}

/** Records that the way waits for: those that mail depends on, less what waits for the move, or with `hasMove` is part of it. */
export function neededRecords<R extends { need: Need; isHeld: boolean; purpose: string }>(
  records: readonly R[],
  hasMove: boolean,
): R[] {
  const isLeftOut = ({ isHeld, purpose }: R) => isHeld || purpose === 'withdrawn' || (hasMove && purpose === 'mx')
  return records.filter((record) => record.need === 'required' && !isLeftOut(record))
}

/** True where there is nothing to do but wait: all is published, and not everybody sees all of it yet. */
export function isOnWay(records: readonly { state: string | null }[]): boolean {
  const isPublished = records.every(({ state }) => state === 'ok' || state === 'propagating')
  return isPublished && records.some(({ state }) => state === 'propagating')
}

/**
 * The steps from a typed name to a proven domain, in order; the first that is not done is `now` (or `failed`), so that
 * there is always one next thing. A domain whose mail still goes elsewhere moves it once all else is ready: its proof, a
 * message there and back, comes after that. Pure.
 */
export function onboardingSteps(facts: OnboardingFacts): OnboardingStep[] {
  const isElsewhere = facts.mx === 'later' || facts.foreignMx.length > 0
  const hasMove = isElsewhere || facts.hasMoved
  // The MX of another server stays until the step that moves the mail, and ours is seen there.
  const needed = neededRecords(facts.records, hasMove)
  const isMxSeen = facts.records.every((record) => record.purpose !== 'mx' || record.state === 'ok')
  const isDone: Record<OnboardingKey, boolean> = {
    name: true,
    look: facts.records.length > 0 && needed.every((record) => record.state !== null),
    publish: needed.length > 0 && needed.every((record) => record.state === 'ok'),
    sign: facts.keyStates.includes('active'),
    people: facts.mailboxCount > 0,
    move: !isElsewhere && isMxSeen,
    proof: facts.lastTest?.state === 'passed',
  }
  const hasFailed = facts.lastTest?.state === 'failed'
  const keys = ONBOARDING_STEPS.filter((key) => key !== 'move' || hasMove)
  const next = keys.find((key) => !isDone[key])
  return keys.map((key) => {
    if (isDone[key]) return { key, state: 'done' }
    if (key !== next) return { key, state: 'later' }
    return { key, state: key === 'proof' && hasFailed ? 'failed' : 'now' }
  })
}

/** The next step, null where the domain is proven. */
export function nextStep(steps: readonly OnboardingStep[]): OnboardingStep | null {
  return steps.find((step) => step.state !== 'done') ?? null
}
