import { z } from 'zod'
import { RECORD_TYPES } from '@/lib/dns/record'
import { PUBLISH_STATUSES } from '@/lib/dns/publish-rrset'

const outcome = z.strictObject({ status: z.enum(PUBLISH_STATUSES), words: z.string() })

const planSet = z.strictObject({
  name: z.string(),
  type: z.enum(RECORD_TYPES),
  /** Where it stands, where that is not the domain's own zone or the provider has none for it. */
  zone: z.string().nullable().default(null),
  /** What the records at this name are for. */
  purposes: z.array(z.string()),
  /** TTL of what is written; the live one where others share the name. */
  ttlSeconds: z.int(),
  /** Canonical values that stood there when the plan was made. */
  before: z.array(z.string()),
  hasAlias: z.boolean(),
  isWildcard: z.boolean(),
  /** All of it waits for the move of the domain's mail. */
  isHeld: z.boolean().default(false),
  remove: z.array(z.string()),
  add: z.array(z.string()),
  /** Why something of others is left: `KeepReason`, or `outside`. */
  kept: z.array(z.string()),
  /** How it went; null while it has not been published. */
  outcome: outcome.nullable(),
})

/** What publishing changes (`DnsPlan.edits`): made of what stood at the provider, RRset by RRset. */
export const planContent = z.strictObject({
  provider: z.strictObject({ id: z.string(), name: z.string() }),
  zone: z.string(),
  sets: z.array(planSet),
})
export type PlanSet = z.infer<typeof planSet>
export type PlanContent = z.infer<typeof planContent>

export const PLAN_STATES = ['making', 'ready', 'confirmed', 'published', 'stale', 'failed'] as const
export type PlanState = (typeof PLAN_STATES)[number]
export const planState = z.enum(PLAN_STATES)

/** True where publishing the set writes something. */
export function isEdit({ remove, add }: Pick<PlanSet, 'remove' | 'add'>): boolean {
  return remove.length + add.length > 0
}

/** What becomes of a name and type: `kept` where something of others stands in the way, `held` where it is not to be published yet. */
export type SetKind = 'added' | 'changed' | 'removed' | 'kept' | 'unread' | 'held' | 'unchanged'

/** The word for a set before it is published. */
export function kindOf({ before, remove, add, kept, isHeld, outcome: result }: PlanSet): SetKind {
  if (add.length > 0) return before.length === 0 ? 'added' : 'changed'
  if (remove.length > 0) return remove.length === before.length ? 'removed' : 'changed'
  if (result?.status === 'refused' || result?.status === 'temperror') return 'unread'
  if (kept.length > 0 || result?.status === 'unsupported') return 'kept'
  return isHeld ? 'held' : 'unchanged'
}

/** The state of a plan all of whose sets have an outcome. */
export function finalState(sets: readonly PlanSet[]): Extract<PlanState, 'published' | 'stale' | 'failed'> {
  const statuses = sets.filter(isEdit).map((set) => set.outcome?.status)
  if (statuses.every((status) => status === 'published' || status === 'unchanged')) return 'published'
  return statuses.some((status) => status === 'stale' || status === 'outdated') ? 'stale' : 'failed'
}
