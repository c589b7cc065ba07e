import 'server-only'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'

/** How a release stands on the nodes it concerns. */
export interface Delivery {
  /** `live`: every node runs it. `waiting`: a node has not answered yet. `refused`: a node refused part of it. */
  state: 'live' | 'waiting' | 'refused'
  nodes: { name: string; state: 'live' | 'waiting' | 'down' | 'refused'; words: string }[]
  /** How long the answer was waited for. */
  milliseconds: number
}

const PATIENCE = 3_000

/** Whether a hold needs a person: the node said no, rather than not yet. */
const isRefusal = (reason: string) => reason === 'refused' || reason === 'reload-failed'

/**
 * Waits, three seconds at most, until every node has answered for a release. A node known to be down is not waited for.
 * Never throws for trouble on a node: that is the answer.
 */
export async function waitForRelease(release: string, patience = PATIENCE): Promise<Delivery> {
  const startedAt = performance.now()
  let wake: () => void = () => undefined
  const stop = await notifications().on('posthouse_delivered', () => wake())
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      const delivery = await deliveryOf(release)
      const milliseconds = performance.now() - startedAt
      const isPending = delivery.nodes.some((node) => node.state === 'waiting')
      if (!isPending || milliseconds >= patience) return { ...delivery, milliseconds: Math.round(milliseconds) }
      await Promise.race([woken, new Promise((resolve) => setTimeout(resolve, Math.min(250, patience - milliseconds)))])
    }
  } finally {
    stop()
  }
}

/**
 * How a release stands now; of its lines in `domains` alone where they are given, so that a node's words about one
 * domain do not reach the administrator of another.
 */
export async function deliveryOf(
  release: string,
  domains: readonly string[] | null = null,
): Promise<Omit<Delivery, 'milliseconds'>> {
  const number = BigInt(release)
  const names = domains === null ? null : [...domains]
  const [nodes, holds] = await Promise.all([
    db().node.findMany({
      where: { removedAt: null },
      orderBy: { name: 'asc' },
      select: { id: true, name: true, confirmedRelease: true, lastError: true },
    }),
    db().$queryRaw<{ nodeId: string; domain: string; reason: string; words: string }[]>`
      SELECT DISTINCT node_id AS "nodeId", domain, reason, words
        FROM node_hold JOIN release_change USING (map, domain, key)
       WHERE release = ${number} AND (${names}::text[] IS NULL OR domain = ANY(${names}::text[]))
       ORDER BY domain, reason, words`,
  ])
  const answers = nodes.map((node) => {
    const own = holds.filter((hold) => hold.nodeId === node.id)
    const refused = own.filter((hold) => isRefusal(hold.reason))
    if (node.confirmedRelease < number)
      return {
        name: node.name,
        state: node.lastError === null ? ('waiting' as const) : ('down' as const),
        words: node.lastError ?? '',
      }
    if (refused.length > 0) {
      const isOne = new Set(refused.map((hold) => hold.domain)).size === 1
      const words = refused.map((hold) => (isOne ? hold.words : `${hold.domain}: ${hold.words}`))
      return { name: node.name, state: 'refused' as const, words: words.join('\n') }
    }
    return own.length > 0
      ? { name: node.name, state: 'waiting' as const, words: own[0]?.words ?? '' }
      : { name: node.name, state: 'live' as const, words: '' }
  })
  const has = (state: string) => answers.some((answer) => answer.state === state)
  return { state: has('refused') ? 'refused' : has('waiting') || has('down') ? 'waiting' : 'live', nodes: answers }
}
