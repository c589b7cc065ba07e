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

/** What one node last answered, once for each thing of the release that it does not run; with nulls where it runs all. */
interface AnswerRow {
  name: string
  confirmed: bigint
  lastError: string | null
  domain: string | null
  reason: string | null
  words: string | null
}

function answerOf(rows: readonly AnswerRow[], release: bigint): Delivery['nodes'][number] {
  const [node] = rows
  if (!node) throw new Error('a node without a row')
  const { name, lastError } = node
  if (node.confirmed < release) return { name, state: lastError === null ? 'waiting' : 'down', words: lastError ?? '' }
  const holds = rows.filter((row) => row.reason !== null)
  const refused = holds.filter((hold) => isRefusal(hold.reason ?? ''))
  if (refused.length > 0) {
    const isOne = new Set(refused.map((hold) => hold.domain)).size === 1
    const words = refused.map((hold) => (isOne ? hold.words : `${hold.domain}: ${hold.words}`))
    return { name, state: 'refused', words: words.join('\n') }
  }
  return { name, state: holds.length > 0 ? 'waiting' : 'live', words: holds[0]?.words ?? '' }
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
  // One statement: a node confirms a release and holds some of its lines back in one transaction, and two looks could fall on either side of it.
  const rows = await db().$queryRaw<AnswerRow[]>`
    SELECT name, confirmed_release AS confirmed, last_error AS "lastError", domain, reason, words
      FROM node LEFT JOIN (
             SELECT DISTINCT node_id, domain, reason, words
               FROM node_hold JOIN release_change USING (map, domain, key)
              WHERE release = ${number} AND (${names}::text[] IS NULL OR domain = ANY(${names}::text[]))
           ) AS hold ON hold.node_id = node.id
     WHERE removed_at IS NULL
     ORDER BY name, domain, reason, words`
  const answers = [...Map.groupBy(rows, (row) => row.name).values()].map((own) => answerOf(own, number))
  const has = (state: string) => answers.some((answer) => answer.state === state)
  return { state: has('refused') ? 'refused' : has('waiting') || has('down') ? 'waiting' : 'live', nodes: answers }
}
