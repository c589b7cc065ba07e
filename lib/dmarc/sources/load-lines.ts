import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { failing, inPeriod, IS_ALIGNED, messagesWhere, ofHeaderFrom, trusted } from '@/lib/dmarc/filter-sql'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import type { Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { storedServiceFinder } from '@/lib/dmarc/sources/service-list'
import type { SourceLine, SourceWorld } from '@/lib/dmarc/sources/group-sources'
import { canonicalAddress } from '@/lib/dns/record'

/** Keys in these states sign, or signed mail that is still under way. */
const MAY_SIGN = ['active', 'retiring']

/** A line of sums as they are stored: what tells it apart, with what a page says of it beside. */
export interface StoredLine extends SourceLine {
  /** With the address this tells lines of a domain apart (`dmarc_source_day.identity`). */
  identity: string
  trust: string
  disposition: string
  /** First day of the period with a message of it, `YYYY-MM-DD`. */
  firstDay: string
}

/** Addresses beyond the most that were asked for. */
export interface Rest {
  addresses: number
  messages: number
  aligned: number
}

export interface LoadedLines {
  lines: StoredLine[]
  /** Addresses in all, and those whose lines are left out. */
  addresses: number
  rest: Rest
  /** Names of the addresses, where they have one that leads back. */
  nameOf: Map<string, string>
}

type LineRow = StoredLine & { hostName: string | null; addresses: number; sent: number; passed: number }

/**
 * The sums of what a domain's sources sent in a period, those of the `most` addresses with most messages (null: all of
 * them), and what the others sent in all. One query over the sums, so whatever the number of rows.
 */
export async function loadLines(
  { id }: OwnDomain,
  period: Period,
  filter: ReportFilter,
  most: number | null,
): Promise<LoadedLines> {
  const where = Prisma.sql`${inPeriod(id, period)} AND ${trusted(filter)} AND ${failing(filter)} AND ${ofHeaderFrom(filter)}`
  const rows = await db().$queryRaw<LineRow[]>`
    WITH address AS (
      SELECT source_ip, sum(message_count)::float8 AS messages, ${messagesWhere(IS_ALIGNED)} AS aligned
        FROM dmarc_source_day WHERE ${where} GROUP BY source_ip),
    top AS MATERIALIZED (
      SELECT source_ip, count(*) OVER ()::float8 AS addresses, sum(messages) OVER () AS sent,
             sum(aligned) OVER () AS passed
        FROM address ORDER BY messages DESC, source_ip LIMIT ${most}),
    line AS MATERIALIZED (
      SELECT source_ip, identity, sum(message_count)::float8 AS messages, min(day) AS first_day
        FROM dmarc_source_day WHERE ${where} AND source_ip IN (SELECT source_ip FROM top) GROUP BY source_ip, identity)
    SELECT l.source_ip AS "sourceIp", l.identity, l.messages, to_char(first_day, 'YYYY-MM-DD') AS "firstDay", d.trust,
           d.is_dkim_aligned AS "isDkimAligned", d.is_spf_aligned AS "isSpfAligned", d.disposition,
           d.disposition IN ('quarantine', 'reject') AS "isStopped", d.override, d.header_from AS "headerFrom", d.dkim,
           d.spf, n.name AS "hostName", addresses, sent, passed
      FROM line l JOIN top USING (source_ip)
     CROSS JOIN LATERAL (SELECT * FROM dmarc_source_day WHERE domain_id = ${id}::uuid AND day = l.first_day
                            AND source_ip = l.source_ip AND identity = l.identity LIMIT 1) d
      LEFT JOIN address_name n ON n.address = l.source_ip AND n.name <> ''`
  const { addresses = 0, sent = 0, passed = 0 } = rows[0] ?? {}
  const nameOf = new Map(rows.flatMap(({ sourceIp, hostName }) => (hostName === null ? [] : [[sourceIp, hostName]])))
  const seen = new Set(rows.map(({ sourceIp }) => sourceIp)).size
  const sum = (some: LineRow[]) => some.reduce((total, { messages }) => total + messages, 0)
  const rest = {
    addresses: addresses - seen,
    messages: sent - sum(rows),
    aligned: passed - sum(rows.filter((row) => row.isDkimAligned || row.isSpfAligned)),
  }
  return { lines: rows, addresses, rest, nameOf }
}

/** What lines of a domain are read in; `since` is the first day that is looked at, `YYYY-MM-DD`. */
export async function loadWorld(
  { id, name }: OwnDomain,
  since: string,
): Promise<Required<Omit<SourceWorld, 'nameOf'>>> {
  const [keys, nodes, named, serviceOf] = await Promise.all([
    db().dkimKey.findMany({ where: { domainId: id }, select: { selector: true, state: true, retiredAt: true } }),
    db().node.findMany({ where: { removedAt: null }, select: { name: true, publicAddresses: true } }),
    db().sourceName.findMany({ where: { domainId: id }, select: { match: true, name: true, isOurs: true } }),
    storedServiceFinder(),
  ])
  const first = new Date(since)
  // A selector may have had several keys, one after the other; the days that are looked at may be those of a key that signed then.
  const signers = keys.map(
    ({ selector, state, retiredAt }) =>
      [selector, MAY_SIGN.includes(state) || (retiredAt !== null && retiredAt >= first)] as const,
  )
  const own = nodes.flatMap((node) =>
    node.publicAddresses.map((address) => [canonicalAddress(address) ?? address, node.name] as const),
  )
  return {
    domain: name,
    nodeOf: new Map(own),
    selectors: new Map(signers.sort(([, a], [, b]) => Number(a) - Number(b))),
    named,
    serviceOf,
  }
}
