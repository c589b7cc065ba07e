import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { missingNames } from '@/lib/dmarc/look-up-senders'
import { groupSources, type Source, type SourceLine, type SourceWorld } from '@/lib/dmarc/sources/group-sources'
import { whatIf, type Proposal, type WhatIf } from '@/lib/dmarc/sources/what-if'
import { canonicalAddress } from '@/lib/dns/record'
import { AppError } from '@/lib/errors/app-error'

const DAY_MS = 86_400_000
const MOST_DAYS = 366
/** Keys in these states sign, or signed mail that is still under way. */
const MAY_SIGN = ['active', 'retiring']

/**
 * Who sent in the domain's name in the last `days` days (1 to 366), grouped by who that is, most messages first; by the
 * sums, so whatever the number of rows. NOT_FOUND where the domain is not the actor's.
 */
export async function listSources(actor: Actor, domainName: string, time: Time = {}): Promise<Source[]> {
  requirePermission(actor, 'report:read')
  const { lines, world } = await loadLines(actor, domainName, time)
  return groupSources(lines, world)
}

/**
 * What a policy would have done to the domain's mail of the last `days` days (1 to 366). NOT_FOUND where the domain is not
 * the actor's.
 */
export async function getWhatIf(
  actor: Actor,
  domainName: string,
  proposal: Proposal,
  time: Time = {},
): Promise<WhatIf> {
  requirePermission(actor, 'report:read')
  const { lines, world, reportDays } = await loadLines(actor, domainName, time)
  const missing = await missingNames(lines.map(({ headerFrom }) => headerFrom))
  return whatIf(lines, reportDays, { ...world, missing }, proposal)
}

interface Time {
  days?: number
  now?: Date
}

interface Lines {
  lines: SourceLine[]
  world: SourceWorld
  /** Days of the time that have a report. */
  reportDays: number
}

async function loadLines(actor: Actor, domainName: string, { days = 30, now = systemClock() }: Time): Promise<Lines> {
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true, name: true, dkimKeys: { select: { selector: true, state: true, retiredAt: true } } },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const span = Math.min(MOST_DAYS, Math.max(1, Math.trunc(days) || 1))
  const since = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (span - 1) * DAY_MS)
  const [lines, nodes, names, counted] = await Promise.all([
    db().$queryRaw<SourceLine[]>`
      SELECT source_ip AS "sourceIp", is_dkim_aligned AS "isDkimAligned", is_spf_aligned AS "isSpfAligned",
             disposition IN ('quarantine', 'reject') AS "isStopped", override, dkim, spf,
             header_from AS "headerFrom", sum(message_count)::float8 AS messages
        FROM dmarc_source_day WHERE domain_id = ${domain.id}::uuid AND day >= ${since}::date
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`,
    db().node.findMany({ where: { removedAt: null }, select: { name: true, publicAddresses: true } }),
    db().$queryRaw<{ address: string; name: string }[]>`
      SELECT address, name FROM address_name WHERE name <> '' AND address IN (
        SELECT source_ip FROM dmarc_source_day WHERE domain_id = ${domain.id}::uuid AND day >= ${since}::date)`,
    db().$queryRaw<{ days: number }[]>`
      SELECT count(DISTINCT day)::int AS days FROM dmarc_day WHERE domain_id = ${domain.id}::uuid AND day >= ${since}::date`,
  ])
  // A selector may have had several keys, one after the other; the days that are looked at may be those of a key that signed then.
  const ofKeys = (keys: typeof domain.dkimKeys, maySign: boolean) =>
    keys
      .filter(
        ({ state, retiredAt }) => (MAY_SIGN.includes(state) || (retiredAt !== null && retiredAt >= since)) === maySign,
      )
      .map(({ selector }) => [selector, maySign] as const)
  const own = nodes.flatMap(({ name, publicAddresses }) =>
    publicAddresses.map((address) => [canonicalAddress(address) ?? address, name] as const),
  )
  const world = {
    domain: domain.name,
    nodeOf: new Map(own),
    selectors: new Map([...ofKeys(domain.dkimKeys, false), ...ofKeys(domain.dkimKeys, true)]),
    nameOf: new Map(names.map(({ address, name }) => [address, name])),
  }
  return { lines, world, reportDays: counted[0]?.days ?? 0 }
}
