import { updateHash } from '@/lib/agent-protocol/hash'
import { isMapName, MAPS, type NodeRole } from '@/lib/agent-protocol/maps'
import type { MapChange } from '@/lib/agent-protocol/messages'

/** The net change of one line between what a node confirmed and now. */
export interface LineChange {
  map: string
  domain: string
  key: string
  /** The value at the node's confirmed release (of the first change since). */
  before: string | null
  /** The value now. */
  after: string | null
  /** The last release that changed it. */
  release: bigint
  /** False for a line that the node already lacked and that no release changed since. */
  isNew: boolean
}

/**
 * A line that the node does not run as it is stored. `waits:<node>`: it rests on a node that has not confirmed.
 * `refused`: the node does not take it. `reload`: it is on the node's disk and its daemon has not been reloaded;
 * `reload-failed`: nor could it be.
 */
export interface Hold {
  map: string
  domain: string
  key: string
  appliedValue: string | null
  reason: string
  words: string
}

export interface PlanInput {
  roles: readonly NodeRole[]
  /** Every line that changed, and every line on hold. */
  changes: readonly LineChange[]
  holds: readonly Hold[]
  /** Stored hash of each touched (map, domain), by `map NUL domain`. */
  hashes: ReadonlyMap<string, string>
  /** The home imap node of a domain and what it has confirmed; undefined for domains without one and for the node itself. */
  homeOf: (domain: string) => { name: string; confirmedRelease: bigint } | undefined
}

export interface DeliveryPlan {
  send: MapChange[]
  /** Lines that are sent: their holds end when the node applies them. Value as sent. */
  sent: (LineChange & { appliedBefore: string | null })[]
  /** Lines to hold back, with what the node keeps. */
  hold: Hold[]
}

export const lineId = (line: { map: string; domain: string; key: string }) => `${line.map}\0${line.domain}\0${line.key}`
export const pairId = (pair: { map: string; domain: string }) => `${pair.map}\0${pair.domain}`

/** Maps whose new lines would make Postfix take mail that the imap node does not know yet. */
const DEPENDS_ON_HOME = new Set(['smtp/domains', 'smtp/mailboxes', 'smtp/aliases', 'smtp/senders', 'smtp/homes'])

/**
 * What to send to a node, and what to hold back because the imap node has not confirmed what the line rests on: taking
 * mail for a user that Dovecot does not know would bounce it (MAIL rules 20, 21). Pure.
 */
export function planDelivery(input: PlanInput): DeliveryPlan {
  const held = new Map(input.holds.map((hold) => [lineId(hold), hold]))
  const candidates = new Map<string, LineChange & { appliedBefore: string | null }>()
  for (const change of input.changes) {
    if (!belongs(change.map, input.roles)) continue
    const hold = held.get(lineId(change))
    candidates.set(lineId(change), { ...change, appliedBefore: hold ? hold.appliedValue : change.before })
  }
  const plan: DeliveryPlan = { send: [], sent: [], hold: [] }
  // A line that waits is news once it need not wait any more, not while it does.
  const isNews = (change: LineChange) =>
    change.isNew || (held.get(lineId(change))?.reason.startsWith('waits:') && !homeToWaitFor(change, input))
  const hasNews = new Set(input.changes.filter(isNews).map((change) => change.domain))
  for (const line of candidates.values()) {
    const old = held.get(lineId(line))
    // What a node refused is only tried again with something new in that domain.
    if (old?.reason === 'refused' && !hasNews.has(line.domain)) {
      plan.hold.push(old)
      continue
    }
    const home = homeToWaitFor(line, input)
    if (home)
      plan.hold.push({
        map: line.map,
        domain: line.domain,
        key: line.key,
        appliedValue: line.appliedBefore,
        reason: `waits:${home.name}`,
        words: home.name,
      })
    else if (line.appliedBefore !== line.after || held.has(lineId(line))) plan.sent.push(line)
  }
  plan.send = toMapChanges(plan, input, held)
  return plan
}

/** The imap node that must confirm before the line may go; undefined where it may go now. */
function homeToWaitFor(line: LineChange, { homeOf }: PlanInput) {
  if (line.after === null || !DEPENDS_ON_HOME.has(line.map)) return undefined
  const home = homeOf(line.domain)
  return home && home.confirmedRelease < line.release ? home : undefined
}

function belongs(map: string, roles: readonly NodeRole[]): boolean {
  return isMapName(map) && MAPS[map].roles.some((role) => roles.includes(role))
}

function toMapChanges(plan: DeliveryPlan, input: PlanInput, held: Map<string, Hold>): MapChange[] {
  // After this delivery the node lacks: what it lacked and is not sent now, and what is held from now on.
  const lacking = new Map(held)
  for (const line of plan.sent) lacking.delete(lineId(line))
  for (const hold of plan.hold) lacking.set(lineId(hold), hold)
  const values = new Map(input.changes.map((change) => [lineId(change), change.after]))
  const groups = Map.groupBy(plan.sent, pairId)
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pair, lines]) => {
      const [map = '', domain = ''] = pair.split('\0')
      const differing = [...lacking.values()].filter((hold) => pairId(hold) === pair)
      const hash = updateHash(
        input.hashes.get(pair) ?? '0'.repeat(64),
        differing.map((hold) => ({
          key: hold.key,
          before: values.get(lineId(hold)) ?? null,
          after: hold.appliedValue,
        })),
      )
      return {
        map,
        domain,
        mode: 'delta' as const,
        puts: lines.flatMap((line): [string, string][] => (line.after === null ? [] : [[line.key, line.after]])),
        deletes: lines.flatMap((line) => (line.after === null ? [line.key] : [])),
        hash,
      }
    })
}
