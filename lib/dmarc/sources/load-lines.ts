import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { failing, inMonths, IS_ALIGNED, ofHeaderFrom, sentIn, trusted } from '@/lib/dmarc/filter-sql'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import { addDays, newSince, type Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { storedServiceFinder } from '@/lib/dmarc/sources/service-list'
import type { SourceLine, SourceWorld } from '@/lib/dmarc/sources/group-sources'
import { canonicalAddress } from '@/lib/dns/record'

/** Keys in these states sign, or signed mail that is still under way. */
const MAY_SIGN = ['active', 'retiring']

/** A line of sums as they are stored: what tells it apart, with what a page says of it beside. */
export interface StoredLine extends SourceLine {
  /** With the address this tells lines of a domain apart (`dmarc_source_month.identity`). */
  identity: string
  trust: string
  disposition: string
  /** Those of its messages that came before the last week of the period. */
  before: number
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

type LineRow = StoredLine & { hostName: string | null; addresses: number; whole: number; passed: number }

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
  const where = Prisma.sql`domain_id = ${id}::uuid AND ${inMonths(period)} AND ${trusted(filter)} AND ${failing(filter)} AND ${ofHeaderFrom(filter)}`
  const earlier = { from: period.from, to: addDays(newSince(period), -1) }
  const rows = await db().$queryRaw<LineRow[]>`
    WITH line AS MATERIALIZED (
      SELECT *, ${sentIn(period)} AS messages FROM dmarc_source_month WHERE ${where} AND ${sentIn(period)} > 0),
    address AS (
      SELECT source_ip, sum(messages)::float8 AS messages, coalesce(sum(messages) FILTER (WHERE ${IS_ALIGNED}), 0)::float8 AS aligned
        FROM line GROUP BY source_ip),
    top AS (
      SELECT source_ip, count(*) OVER ()::float8 AS addresses, sum(messages) OVER () AS whole, sum(aligned) OVER () AS passed
        FROM address ORDER BY messages DESC, source_ip LIMIT ${most})
    SELECT source_ip AS "sourceIp", identity, sum(messages)::float8 AS messages,
           sum(greatest(0, ${sentIn(earlier)}))::float8 AS before, trust, is_dkim_aligned AS "isDkimAligned",
           is_spf_aligned AS "isSpfAligned", disposition, disposition IN ('quarantine', 'reject') AS "isStopped", override,
           header_from AS "headerFrom", dkim, spf, n.name AS "hostName", addresses, whole, passed
      FROM line JOIN top USING (source_ip) LEFT JOIN address_name n ON n.address = source_ip AND n.name <> ''
     GROUP BY source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf,
              n.name, addresses, whole, passed`
  const { addresses = 0, whole = 0, passed = 0 } = rows[0] ?? {}
  const nameOf = new Map(rows.flatMap(({ sourceIp, hostName }) => (hostName === null ? [] : [[sourceIp, hostName]])))
  const seen = new Set(rows.map(({ sourceIp }) => sourceIp)).size
  const sum = (some: LineRow[]) => some.reduce((total, { messages }) => total + messages, 0)
  const rest = {
    addresses: addresses - seen,
    messages: whole - sum(rows),
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
