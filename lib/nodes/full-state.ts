import 'server-only'
import { setTimeout } from 'node:timers/promises'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { isMapName, MAPS, reloadedBy, type NodeRole } from '@/lib/agent-protocol/maps'
import type { DeliverAnswer, MapChange, ReloadAnswer } from '@/lib/agent-protocol/messages'
import { db } from '@/lib/db/client'
import type { AgentClient } from '@/lib/nodes/agent-client'
import { keysToSend } from '@/lib/nodes/keys-to-send'
import { lineId, pairId, type Hold } from '@/lib/nodes/plan-delivery'
import { holdsForReloads, pendingMs } from '@/lib/nodes/reload-holds'

/** All lines of one (map, domain) as this node should have them: stored, less what it lacks. */
export async function fullChange(pair: { map: string; domain: string }, lacking: readonly Hold[]): Promise<MapChange> {
  const rows = await db().entry.findMany({
    where: { map: pair.map, domain: pair.domain },
    select: { key: true, value: true },
  })
  const lines = new Map(rows.map((row) => [row.key, row.value]))
  for (const hold of lacking) {
    if (pairId(hold) !== pairId(pair)) continue
    if (hold.appliedValue === null) lines.delete(hold.key)
    else lines.set(hold.key, hold.appliedValue)
  }
  const puts = [...lines].sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = updateHash(
    EMPTY_HASH,
    puts.map(([key, value]) => ({ key, before: null, after: value })),
  )
  return { map: pair.map, domain: pair.domain, mode: 'full', puts, deletes: [], hash }
}

/** Lines a delivery may carry: a node that is new gets its state in pieces of this size. */
const MOST_LINES = 50_000

interface Node {
  id: string
  roles: string[]
}

type Line = { map: string; domain: string; key: string; after: string | null }
type Deliver = (changes: MapChange[]) => Promise<DeliverAnswer>

/**
 * Compares every hash of a node with what is stored and sends whole what differs; imap nodes first is the caller's
 * concern. For a node that is new, was restored, or whose state cannot be trusted. Returns all that the node does not run
 * from now on: lines that wait, as before; lines that it refuses, each tried once more; lines whose daemon it could not
 * reload. Throws AgentUnavailable or AgentRefused.
 */
export async function resyncNode(
  node: Node,
  client: AgentClient,
  at: { epoch: number; release: bigint; auditHead: string },
): Promise<Hold[]> {
  const holds = await db().nodeHold.findMany({ where: { nodeId: node.id } })
  const deliver: Deliver = async (changes) =>
    client.deliver({
      epoch: at.epoch,
      release: at.release.toString(),
      auditHead: at.auditHead,
      changes,
      keys: await keysToSend(changes),
    })
  const outcomes: Outcome[] = []
  for await (const batch of batches(await differingPairs(node, client, holds), holds.filter(isWaiting)))
    outcomes.push(await sendBatch(batch, holds, deliver))
  // A node that has everything still has to learn which release that is, and is asked for the reloads that it owes.
  let reloads = outcomes.at(-1)?.reloads ?? (await deliver([])).reloads
  for (let ms = pendingMs(reloads); ms !== null; ms = pendingMs(reloads)) {
    await setTimeout(ms)
    reloads = (await deliver([])).reloads
  }
  const kept = outcomes.flatMap((outcome) => outcome.kept)
  const live = outcomes.flatMap((outcome) => outcome.live)
  const known = new Set([...kept, ...live].map(lineId))
  const gone = holds.filter((hold) => hold.reason.startsWith('reload') && !known.has(lineId(hold)))
  return [...kept, ...holdsForReloads([...live, ...gone.map((hold) => ({ ...hold, after: null }))], reloads)]
}

const isWaiting = (hold: Hold) => hold.reason.startsWith('waits:')
const isRefused = (hold: Hold) => hold.reason === 'refused'

/** The pairs whose hash on the node is not the stored one, and those with lines on hold; by domain. */
async function differingPairs(node: Node, client: AgentClient, holds: readonly Hold[]) {
  const found = new Map((await client.hashes()).hashes.map(([map, domain, hash]) => [pairId({ map, domain }), hash]))
  const stored = await db().mapHash.findMany({ where: { count: { gt: 0 } } })
  const heldPairs = new Set(holds.map(pairId))
  const own = stored.filter(
    (row) => isMapName(row.map) && MAPS[row.map].roles.some((role: NodeRole) => node.roles.includes(role)),
  )
  const wanted = new Set(own.map(pairId))
  const foreign = [...found.entries()].filter(([pair, hash]) => !wanted.has(pair) && hash !== EMPTY_HASH)
  return [
    ...own.filter((row) => heldPairs.has(pairId(row)) || found.get(pairId(row)) !== row.hash),
    ...foreign.map(([pair]) => ({ map: pair.split('\0')[0] ?? '', domain: pair.split('\0')[1] ?? '' })),
  ].sort((a, b) => (a.domain === b.domain ? 0 : a.domain < b.domain ? -1 : 1))
}

async function* batches(pairs: readonly { map: string; domain: string }[], lacking: readonly Hold[]) {
  let batch: MapChange[] = []
  let lines = 0
  for (const pair of pairs) {
    const change = await fullChange(pair, lacking)
    batch.push(change)
    lines += change.puts.length + 1
    if (lines < MOST_LINES) continue
    yield batch
    batch = []
    lines = 0
  }
  if (batch.length > 0) yield batch
}

interface Outcome {
  /** What the node does not run of these pairs. */
  kept: Hold[]
  /** Lines on its disk whose daemon may still have to be reloaded. */
  live: Line[]
  reloads: ReloadAnswer[]
}

/**
 * Sends pairs whole, with the lines that were refused before. A domain that is refused for those gets the state that it
 * took last instead.
 */
async function sendBatch(batch: readonly MapChange[], holds: readonly Hold[], deliver: Deliver): Promise<Outcome> {
  const first = await deliver([...batch])
  const refusals = refusalsOf(first)
  const wasRefused = new Set(holds.filter(isRefused).map((hold) => hold.domain))
  const isTriedAgain = ({ domain }: MapChange) => refusals.has(domain) && wasRefused.has(domain)
  const again = batch.filter(isTriedAgain)
  const lacking = holds.filter((hold) => isWaiting(hold) || isRefused(hold))
  const lastGood = await Promise.all(again.map((pair) => fullChange(pair, lacking)))
  const second = lastGood.length > 0 ? await deliver(lastGood) : null
  const still = second ? refusalsOf(second) : new Map<string, string>()

  const holdsOf = Map.groupBy(holds, pairId)
  const results = [...batch.filter((change) => !isTriedAgain(change)), ...lastGood].map((change) => {
    const own = holdsOf.get(pairId(change)) ?? []
    const words = isTriedAgain(change) ? still.get(change.domain) : refusals.get(change.domain)
    if (words !== undefined) return { kept: refusedLines(change, own, words), live: [] }
    const refused = isTriedAgain(change) ? own.filter(isRefused) : []
    const said = refusals.get(change.domain) ?? ''
    const kept = [...own.filter(isWaiting), ...refused.map((hold) => ({ ...hold, words: said }))]
    return { kept, live: linesToReload(change, kept) }
  })
  return {
    kept: results.flatMap((result) => result.kept),
    live: results.flatMap((result) => result.live),
    reloads: (second ?? first).reloads,
  }
}

function refusalsOf({ domains }: DeliverAnswer): Map<string, string> {
  return new Map(domains.filter(({ state }) => state !== 'applied').map(({ domain, words }) => [domain, words]))
}

function linesToReload({ map, domain, puts }: MapChange, kept: readonly Hold[]): Line[] {
  if (reloadedBy(map) === null) return []
  const held = new Set(kept.map((hold) => hold.key))
  return puts.filter(([key]) => !held.has(key)).map(([key, after]) => ({ map, domain, key, after }))
}

/**
 * What the node has of these lines is known only of those that were on hold: a later delivery finds the hash different
 * and sends the pair whole.
 */
function refusedLines({ map, domain, puts }: MapChange, own: readonly Hold[], words: string): Hold[] {
  const waiting = own.filter(isWaiting)
  const applied = new Map(own.map((hold) => [hold.key, hold.appliedValue]))
  const keys = new Set([...puts.map(([key]) => key), ...applied.keys()])
  for (const hold of waiting) keys.delete(hold.key)
  const refused = [...keys].map((key) => ({ map, domain, key, appliedValue: applied.get(key) ?? null }))
  return [...waiting, ...refused.map((line) => ({ ...line, reason: 'refused', words }))]
}
