import type { Readiness } from '@/lib/domains/readiness'

export interface OnboardingStep {
  key: 'name' | 'people' | 'publish' | 'sign' | 'proof'
  state: 'done' | 'now' | 'later' | 'failed'
  /** The domain's page on which it is done. */
  page: string
}

/** The way of a domain from its name to its proof. Only the first step that is not done is `now` or `failed`. */
export function onboardingSteps(readiness: Readiness, mailboxCount: number): OnboardingStep[] {
  const { code } = readiness
  const isPublished = !['records-wrong', 'records-unknown', 'records-waiting'].includes(code) && readiness.total > 0
  const steps: { key: OnboardingStep['key']; page: string; isDone: boolean; hasFailed?: boolean }[] = [
    { key: 'name', page: 'settings', isDone: true },
    { key: 'people', page: 'mailboxes', isDone: mailboxCount > 0 },
    { key: 'publish', page: 'dns', isDone: isPublished },
    { key: 'sign', page: 'dkim', isDone: isPublished && code !== 'key-waiting' },
    { key: 'proof', page: 'tests', isDone: code === 'ready', hasFailed: code === 'test-failed' },
  ]
  const first = steps.findIndex((step) => !step.isDone)
  return steps.map(({ key, page, isDone, hasFailed }, index) => {
    const open = index === first ? (hasFailed ? 'failed' : 'now') : 'later'
    return { key, page, state: isDone ? 'done' : open }
  })
}
