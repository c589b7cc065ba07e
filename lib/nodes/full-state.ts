import 'server-only'
import { setTimeout } from 'node:timers/promises'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { isMapName, MAPS, reloadedBy, type NodeRole } from '@/lib/agent-protocol/maps'
import type { MapChange, ReloadAnswer } from '@/lib/agent-protocol/messages'
import { db } from '@/lib/db/client'
import type { AgentClient } from '@/lib/nodes/agent-client'
import { keysToSend } from '@/lib/nodes/keys-to-send'
import { pairId, type Hold } from '@/lib/nodes/plan-delivery'
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

/**
 * Compares every hash of a node with what is stored and sends whole what differs; imap nodes first is the caller's
 * concern. For a node that is new, was restored, or whose state cannot be trusted. Returns the lines that the node refused,
 * and those whose daemon it could not reload, as holds. Throws AgentUnavailable or AgentRefused.
 */
export async function resyncNode(
  node: { id: string; name: string; roles: string[]; hostName: string },
  client: AgentClient,
  at: { epoch: number; release: bigint; auditHead: string },
): Promise<Hold[]> {
  const found = new Map((await client.hashes()).hashes.map(([map, domain, hash]) => [pairId({ map, domain }), hash]))
  const stored = await db().mapHash.findMany({ where: { count: { gt: 0 } } })
  const holds = await db().nodeHold.findMany({ where: { nodeId: node.id } })
  const heldPairs = new Set(holds.map(pairId))
  const own = stored.filter(
    (row) => isMapName(row.map) && MAPS[row.map].roles.some((role: NodeRole) => node.roles.includes(role)),
  )
  const wanted = new Set(own.map(pairId))
  const differing = [
    ...own.filter((row) => heldPairs.has(pairId(row)) || found.get(pairId(row)) !== row.hash),
    ...[...found.entries()]
      .filter(([pair, hash]) => !wanted.has(pair) && hash !== EMPTY_HASH)
      .map(([pair]) => ({ map: pair.split('\0')[0] ?? '', domain: pair.split('\0')[1] ?? '', count: 0 })),
  ].sort((a, b) => (a.domain === b.domain ? 0 : a.domain < b.domain ? -1 : 1))
  const deliver = async (changes: MapChange[]) =>
    client.deliver({
      epoch: at.epoch,
      release: at.release.toString(),
      auditHead: at.auditHead,
      changes,
      keys: await keysToSend(changes),
    })
  const refused: Hold[] = []
  const reloaded: { map: string; domain: string; key: string; after: string }[] = []
  let reloads: ReloadAnswer[] = []
  for (let index = 0; index < differing.length;) {
    const batch: MapChange[] = []
    for (let lines = 0; index < differing.length && lines < MOST_LINES; index++) {
      const pair = differing[index]
      if (!pair) break
      const change = await fullChange(pair, holds)
      lines += change.puts.length + 1
      batch.push(change)
    }
    const answer = await deliver(batch)
    reloads = answer.reloads
    const notTaken = new Map(
      answer.domains.filter((one) => one.state !== 'applied').map((one) => [one.domain, one.words]),
    )
    for (const [domain, words] of notTaken) refused.push(...refusedLines(batch, domain, words))
    for (const { map, domain, puts } of batch)
      if (reloadedBy(map) !== null && !notTaken.has(domain))
        reloaded.push(...puts.map(([key, after]) => ({ map, domain, key, after })))
  }
  for (let ms = pendingMs(reloads); ms !== null; ms = pendingMs(reloads)) {
    await setTimeout(ms)
    reloads = (await deliver([])).reloads
  }
  return [...refused, ...holdsForReloads(reloaded, reloads)]
}

/** What the node had before is not known here: a later delivery finds the hash different and sends the pair whole. */
function refusedLines(batch: readonly MapChange[], domain: string, words: string): Hold[] {
  return batch
    .filter((change) => change.domain === domain)
    .flatMap(({ map, puts }) =>
      puts.map(([key]) => ({ map, domain, key, appliedValue: null, reason: 'refused', words })),
    )
}
