import 'server-only'
import type { NodeRole } from '@/lib/agent-protocol/maps'
import type { DeliverAnswer, MapChange } from '@/lib/agent-protocol/messages'
import { db, type Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { AgentRefused, AgentUnavailable, type AgentClient } from '@/lib/nodes/agent-client'
import { fullChange } from '@/lib/nodes/full-state'
import { keysToSend } from '@/lib/nodes/keys-to-send'
import { lineId, pairId, planDelivery, type DeliveryPlan, type Hold, type LineChange } from '@/lib/nodes/plan-delivery'
import { holdsForReloads, pendingMs } from '@/lib/nodes/reload-holds'
import { currentEpoch } from '@/lib/releases/epoch'

export interface NodeRow {
  id: string
  name: string
  roles: string[]
  hostName: string
}

/** What one pass did. `againInMs`: when the node will have reloaded what waits for it; null where nothing does. */
export interface Pass {
  state: 'idle' | 'delivered' | 'failed'
  againInMs: number | null
}

/** Deliveries of a node that are kept for the pages. */
const KEPT_DELIVERIES = 200

const roles = (node: NodeRow) => node.roles as NodeRole[]

/**
 * One delivery to one node, by state: what differs between what it confirmed and now, less the lines that must wait.
 * A (map, domain) whose hash the node finds different is sent whole in the same pass. Stores what became of it and
 * notifies `posthouse_delivered` where something is other than before. Never throws for trouble on the node.
 */
export async function deliverToNode(node: NodeRow, client: AgentClient): Promise<Pass> {
  const state = await db().$transaction((tx) => loadState(tx, node), {
    isolationLevel: 'RepeatableRead',
    timeout: 60_000,
  })
  if (state.plan.send.length === 0 && state.from === state.target) return { state: 'idle', againInMs: null }
  const startedAt = new Date()
  try {
    const answer = await sendAll(node, client, state)
    await storeAnswer(node, state, answer, startedAt)
    return { state: 'delivered', againInMs: pendingMs(answer.reloads) }
  } catch (error) {
    if (!(error instanceof AgentUnavailable || error instanceof AgentRefused)) throw error
    await storeFailure(node, state, error.words, startedAt)
    return { state: 'failed', againInMs: null }
  }
}

interface State {
  epoch: number
  from: bigint
  target: bigint
  /** Whether the last attempt failed. */
  wasDown: boolean
  auditHead: string
  plan: DeliveryPlan
  holds: Hold[]
}

async function loadState(tx: Tx, node: NodeRow): Promise<State> {
  const select = { confirmedRelease: true, heldAtRelease: true, lastError: true }
  const row = await tx.node.findUniqueOrThrow({ where: { id: node.id }, select })
  const head = await tx.release.findFirst({ orderBy: { number: 'desc' }, select: { number: true } })
  const audit = await tx.auditEntry.findFirst({ orderBy: { id: 'desc' }, select: { hash: true } })
  const epoch = await currentEpoch(tx)
  const holds = await tx.nodeHold.findMany({ where: { nodeId: node.id } })
  const from = row.confirmedRelease
  const target = row.heldAtRelease ?? head?.number ?? 0n
  const changes = [...(await changesSince(tx, from, target)), ...(await heldLines(tx, holds))]
  const unique = new Map(changes.map((change) => [`${pairId(change)}\0${change.key}`, change]))
  for (const change of changes) if (change.isNew) unique.set(`${pairId(change)}\0${change.key}`, change)
  const plan = planDelivery({
    roles: roles(node),
    changes: [...unique.values()],
    holds,
    hashes: await hashesOf(tx, [...unique.values()]),
    homeOf: await homes(tx, node, [...new Set(changes.map((change) => change.domain))]),
  })
  return { epoch, from, target, wasDown: row.lastError !== null, auditHead: audit?.hash ?? '', plan, holds }
}

/** Net changes of releases after `from` up to `target`, the first `before` and the last `after` of each line. */
async function changesSince(tx: Tx, from: bigint, target: bigint): Promise<LineChange[]> {
  const rows = await tx.$queryRaw<Omit<LineChange, 'isNew'>[]>`
    SELECT DISTINCT ON (map, domain, key) map, domain, key,
           first_value(before) OVER line AS before, last_value(after) OVER line AS after, last_value(release) OVER line AS release
      FROM release_change
     WHERE release > ${from} AND release <= ${target}
    WINDOW line AS (PARTITION BY map, domain, key ORDER BY release ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`
  return rows.map((row) => ({ ...row, isNew: true }))
}

/** The lines on hold, as they are stored now. */
async function heldLines(tx: Tx, holds: readonly Hold[]): Promise<LineChange[]> {
  if (holds.length === 0) return []
  const column = (name: 'map' | 'domain' | 'key') => holds.map((hold) => hold[name])
  const rows = await tx.$queryRaw<{ map: string; domain: string; key: string; value: string; release: bigint }[]>`
    SELECT map, domain, key, value, release FROM entry
     WHERE (map, domain, key) IN (SELECT * FROM unnest(${column('map')}::text[], ${column('domain')}::text[], ${column('key')}::text[]))`
  const stored = new Map(rows.map((row) => [`${pairId(row)}\0${row.key}`, row]))
  return holds.map(({ map, domain, key, appliedValue }) => {
    const entry = stored.get(`${pairId({ map, domain })}\0${key}`)
    return {
      map,
      domain,
      key,
      before: appliedValue,
      after: entry?.value ?? null,
      release: entry?.release ?? 0n,
      isNew: false,
    }
  })
}

async function hashesOf(tx: Tx, changes: readonly LineChange[]): Promise<Map<string, string>> {
  const pairs = [...new Map(changes.map((change) => [pairId(change), change])).values()]
  const rows = await tx.mapHash.findMany({
    where: {
      map: { in: [...new Set(pairs.map((p) => p.map))] },
      domain: { in: [...new Set(pairs.map((p) => p.domain))] },
    },
  })
  return new Map(rows.map((row) => [pairId(row), row.hash]))
}

/** Home nodes of domains (an alias domain has its domain's); a node is not made to wait for itself. */
async function homes(tx: Tx, node: NodeRow, names: string[]) {
  const select = { homeNode: { select: { id: true, name: true, confirmedRelease: true } } } as const
  const where = { name: { in: names } }
  const domains = await tx.domain.findMany({ where, select: { name: true, ...select } })
  const aliases = await tx.domainAlias.findMany({ where, select: { name: true, domain: { select } } })
  const byName = new Map([
    ...domains.map((row) => [row.name, row.homeNode] as const),
    ...aliases.map((row) => [row.name, row.domain.homeNode] as const),
  ])
  return (domain: string) => {
    const home = byName.get(domain)
    return home && home.id !== node.id ? home : undefined
  }
}

async function sendAll(node: NodeRow, client: AgentClient, state: State): Promise<DeliverAnswer> {
  const send = async (changes: MapChange[]) =>
    client.deliver({
      epoch: state.epoch,
      release: state.target.toString(),
      auditHead: state.auditHead,
      changes,
      keys: await keysToSend(changes),
    })
  const first = await send(state.plan.send)
  const differing = new Set(
    first.domains.filter((answer) => answer.state === 'mismatch').map((answer) => answer.domain),
  )
  if (differing.size === 0) return first
  const lacking = [...state.plan.hold]
  const pairs = state.plan.send.filter((change) => differing.has(change.domain))
  const second = await send(await Promise.all(pairs.map((pair) => fullChange(pair, lacking))))
  const still = second.domains.find((answer) => answer.state === 'mismatch')
  if (still)
    throw new AgentRefused(`${still.domain || 'the node'}: still different after it was sent whole: ${still.words}`)
  return { ...second, domains: [...first.domains.filter((answer) => !differing.has(answer.domain)), ...second.domains] }
}

async function storeAnswer(node: NodeRow, state: State, answer: DeliverAnswer, startedAt: Date): Promise<void> {
  const refused = new Map(answer.domains.filter((d) => d.state === 'refused').map((d) => [d.domain, d.words]))
  const isRefused = (line: LineChange) => refused.has(line.domain)
  const holds: Hold[] = [
    ...state.plan.hold,
    ...state.plan.sent.filter(isRefused).map(({ map, domain, key, appliedBefore }) => ({
      map,
      domain,
      key,
      appliedValue: appliedBefore,
      reason: 'refused',
      words: refused.get(domain) ?? '',
    })),
    ...holdsForReloads(
      state.plan.sent.filter((line) => !isRefused(line)),
      answer.reloads,
    ),
  ]
  const words = [...refused].map(([domain, text]) => (domain ? `${domain}: ${text}` : text)).join('\n')
  await db().$transaction(async (tx) => {
    const isOther = await replaceHolds(tx, node.id, holds)
    const seen = { lastSeenAt: new Date(), lastError: null, epoch: state.epoch }
    await tx.node.update({ where: { id: node.id }, data: { ...seen, confirmedRelease: state.target } })
    if (isWorthTelling(state))
      await storeDelivery(tx, node, state, startedAt, refused.size > 0 ? 'refused' : 'live', words, answer.stages)
    if (isOther || state.from !== state.target || state.wasDown) await notifyDelivered(tx, node)
  })
}

/** Asking again for a reload is no delivery of its own. */
function isWorthTelling({ plan, holds }: State): boolean {
  const waiting = new Set(holds.filter((hold) => hold.reason.startsWith('reload')).map(lineId))
  return plan.sent.some((line) => line.isNew || !waiting.has(lineId(line)))
}

/** Wakes the loops of other nodes and whoever waits for a release: this node stands otherwise than before. */
export async function notifyDelivered(tx: Tx, node: { name: string }): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('posthouse_delivered', ${node.name})`
}

/**
 * Stores what a node does not run; a line that was on hold for the same reason keeps its time. False where the same lines
 * were on hold before, for the same reasons and with the same values.
 */
export async function replaceHolds(tx: Tx, nodeId: string, holds: readonly Hold[]): Promise<boolean> {
  const before = await tx.nodeHold.findMany({ where: { nodeId } })
  const identity = (hold: Hold) => JSON.stringify([lineId(hold), hold.reason, hold.appliedValue])
  const known = new Set(before.map(identity))
  const since = new Map(before.map((hold) => [`${lineId(hold)}\0${hold.reason}`, hold.since]))
  await tx.nodeHold.deleteMany({ where: { nodeId } })
  await tx.nodeHold.createMany({
    data: holds.map(({ map, domain, key, appliedValue, reason, words }) => ({
      ...{ nodeId, map, domain, key, appliedValue, reason, words },
      since: since.get(`${lineId({ map, domain, key })}\0${reason}`) ?? new Date(),
    })),
  })
  return holds.length !== before.length || holds.some((hold) => !known.has(identity(hold)))
}

async function storeFailure(node: NodeRow, state: State, words: string, startedAt: Date): Promise<void> {
  await db().$transaction(async (tx) => {
    await tx.node.update({ where: { id: node.id }, data: { lastError: words } })
    // A node that stays down is one delivery that failed, not one every few seconds.
    if (state.wasDown) return
    await storeDelivery(tx, node, state, startedAt, 'failed', words, {})
    await notifyDelivered(tx, node)
  })
}

async function storeDelivery(
  tx: Tx,
  node: NodeRow,
  state: State,
  startedAt: Date,
  result: string,
  words: string,
  stages: Prisma.InputJsonObject,
): Promise<void> {
  await tx.nodeDelivery.create({
    data: {
      nodeId: node.id,
      fromRelease: state.from,
      toRelease: state.target,
      startedAt,
      finishedAt: new Date(),
      state: result,
      words,
      stages,
    },
  })
  // In pieces: a table that grew long under an earlier version must not make this transaction late.
  await tx.$executeRaw`
    DELETE FROM node_delivery
     WHERE id IN (SELECT id FROM node_delivery WHERE node_id = ${node.id}::uuid
                   ORDER BY to_release DESC, id DESC OFFSET ${KEPT_DELIVERIES} LIMIT 1000)`
}
