import 'server-only'
import { db } from '@/lib/db/client'

/** What one node refuses of one domain, and since when. */
export interface Refusal {
  /** The domain whose pages tell of it (another name's refusal is its domain's); empty for the node's own settings. */
  domain: string
  node: string
  /** The node's own words; empty where it gave none. */
  words: string
  since: Date
  /** Lines that the node does not run as they are stored. */
  lines: number
  /** The newest release that wrote one of them; null where they only go away. */
  release: bigint | null
}

/**
 * Refusals that stand now, of the domains named (and their other names), or all of them for null. Whoever calls it answers
 * for what the actor may see.
 */
export async function standingRefusals(domains: readonly string[] | null): Promise<Refusal[]> {
  const names = domains === null ? null : [...domains]
  return db().$queryRaw<Refusal[]>`
    SELECT coalesce(main.name, hold.domain) AS domain, node.name AS node, hold.words,
           min(hold.since) AS since, count(*)::int AS lines, max(entry.release) AS release
      FROM node_hold hold
      JOIN node ON node.id = hold.node_id AND node.removed_at IS NULL
      LEFT JOIN domain_alias other ON other.name = hold.domain
      LEFT JOIN domain main ON main.id = other.domain_id
      LEFT JOIN entry ON entry.map = hold.map AND entry.domain = hold.domain AND entry.key = hold.key
     WHERE hold.reason IN ('refused', 'reload-failed')
       AND (${names}::text[] IS NULL OR hold.domain = ANY(${names}::text[]) OR main.name = ANY(${names}::text[]))
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3`
}
