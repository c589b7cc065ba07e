import 'server-only'
import { db } from '@/lib/db/client'
import { inMonths, sentIn } from '@/lib/dmarc/filter-sql'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import { addDays, newSince, type Period } from '@/lib/dmarc/period'
import { sourceFinder, type SourceWorld } from '@/lib/dmarc/sources/group-sources'
import { loadLines, type StoredLine } from '@/lib/dmarc/sources/load-lines'

/** Whoever sent nothing for so long before is new again. */
const REMEMBERED_DAYS = 60
const MOST_ADDRESSES = 500

/**
 * Keys of the sources among these lines that sent nothing before the last week of the period: neither in the period, nor,
 * by address or by who they are, in the 60 days before that week.
 */
export async function newSources(
  domain: OwnDomain,
  period: Period,
  lines: readonly StoredLine[],
  world: SourceWorld,
): Promise<Set<string>> {
  const since = newSince(period)
  const placeOf = sourceFinder(world)
  const addresses = new Map<string, Set<string>>()
  const known = new Set<string>()
  for (const line of lines) {
    const { key } = placeOf(line)
    if (line.before > 0) known.add(key)
    addresses.set(key, (addresses.get(key) ?? new Set()).add(line.sourceIp))
  }
  const maybe = [...addresses].filter(([key]) => !known.has(key))
  if (maybe.length === 0) return new Set()
  const before: Period = { from: addDays(since, -REMEMBERED_DAYS), to: addDays(since, -1), days: REMEMBERED_DAYS }
  const seen = await seenAddresses(domain, before, new Set(maybe.flatMap(([, ips]) => [...ips])))
  const fresh = maybe.filter(([, ips]) => ![...ips].some((ip) => seen.has(ip)))
  // A service or an organisation may have sent from other addresses.
  if (fresh.every(([key, ips]) => [...ips].every((ip) => key === `unknown:${ip}`)))
    return new Set(fresh.map(([key]) => key))
  const earlier = await loadLines(domain, before, {}, MOST_ADDRESSES)
  const earlierPlace = sourceFinder({ ...world, nameOf: earlier.nameOf })
  const earlierKeys = new Set(earlier.lines.map((line) => earlierPlace(line).key))
  return new Set(fresh.map(([key]) => key).filter((key) => !earlierKeys.has(key)))
}

/** Which of these addresses sent in a period. */
async function seenAddresses({ id }: OwnDomain, period: Period, ips: ReadonlySet<string>): Promise<Set<string>> {
  const rows = await db().$queryRaw<{ ip: string }[]>`
    SELECT DISTINCT source_ip AS ip FROM dmarc_source_month
     WHERE domain_id = ${id}::uuid AND ${inMonths(period)} AND source_ip = ANY(${[...ips]}::text[])
       AND ${sentIn(period)} > 0`
  return new Set(rows.map(({ ip }) => ip))
}
