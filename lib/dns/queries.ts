import 'server-only'
import { cache } from 'react'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { isReserve } from '@/lib/dkim/reserve'
import { observationState, parseFound, type Found } from '@/lib/dns/found'
import { expectedPtrs, hostRecords, type ExpectedPtr } from '@/lib/dns/host-records'
import type { ObservationState } from '@/lib/dns/observe'
import { planContent, planState, type PlanContent, type PlanState } from '@/lib/dns/plan-content'
import { parseDnsPolicy } from '@/lib/dns/policy'
import {
  isHeldBack,
  needOf,
  PURPOSES,
  whyOf,
  type Need,
  type PlannedRecord,
  type Purpose,
  type Why,
} from '@/lib/dns/purpose'
import { parseProviderTry } from '@/lib/dns/provider-try'
import type { DnsRecordData } from '@/lib/dns/record'
import { parseProviderConfig } from '@/lib/dns/schema'
import { storedType } from '@/lib/dns/sync'
import { zoneNameOf } from '@/lib/dns/zone-name'
import { formatRdata, formatZoneText } from '@/lib/dns/zone-text'
import { AppError } from '@/lib/errors/app-error'
import { isSpfRecord } from '@/lib/spf/record'
import { mergeSpf, spfAddresses } from '@/lib/spf/merge'

/** What DNS said of a record when last asked. */
export interface ListedObservation {
  state: ObservationState
  checkedAt: Date
  since: Date
  waitingUntil: Date | null
  findings: Found['findings']
  /** A validating resolver vouched for what it gave; null: not known. */
  isAuthentic: Found['isAuthentic']
  publish: Found['publish']
}

/** One record as a page shows it. */
export interface ListedRecord extends DnsRecordData {
  id: string
  purpose: Purpose
  need: Need
  why: Why
  /** Shown, and not published before the domain's mail moves here. */
  isHeld: boolean
  /** The domain in whose zone it stands. */
  zoneName: string
  /** It does not stand in the domain's own zone. */
  isOutside: boolean
  /** It stands in the zone of another name of the domain. */
  isOfAlias: boolean
  /** RDATA as a zone file has it: TXT quoted and split. */
  zoneValue: string
  /** What should stand there in the end, where that is not `value`: an SPF record that others share, with our addresses added. */
  merged: string | null
  note: string
  revision: number
  /** Values that the zone's servers gave, each once. */
  found: string[]
  observation: ListedObservation | null
}

const recordSelect = {
  id: true,
  purpose: true,
  name: true,
  type: true,
  value: true,
  ttlSeconds: true,
  note: true,
  revision: true,
  dkimKeyId: true,
  observation: { select: { state: true, found: true, checkedAt: true, since: true, waitingUntil: true } },
} as const

/** Where a record stands; the first of `names` is the domain's own, the others are its other names. */
function placeOf(name: string, names: readonly string[]): Pick<ListedRecord, 'zoneName' | 'isOutside' | 'isOfAlias'> {
  const zoneName = zoneNameOf(name, names)
  const isOutside = zoneName !== names[0]
  return { zoneName, isOutside, isOfAlias: isOutside && names.includes(zoneName) }
}

function mergedSpf(
  { purpose, name, value }: { purpose: Purpose; name: string; value: string },
  found: readonly string[],
  all: readonly { purpose: string; name: string; value: string }[],
): string | null {
  const [live, ...more] = purpose === 'spf' ? found.filter(isSpfRecord) : []
  const wanted = spfAddresses(value)
  if (live === undefined || more.length > 0 || wanted.length === 0) return null
  const gone = all.filter((row) => row.purpose === 'withdrawn' && row.name === name && isSpfRecord(row.value))
  const dropped = gone.flatMap((row) => spfAddresses(row.value))
  const merge = mergeSpf(live, wanted, dropped)
  return merge.kind === 'merged' ? merge.text : null
}

/** The records of a domain, ours by purpose first and then the administrator's own, with what DNS says. NOT_FOUND where it is not the actor's. */
export async function listDnsRecords(actor: Actor, domainName: string): Promise<DomainRecords> {
  requirePermission(actor, 'dns:read')
  return loadRecords(actor, domainName)
}

interface DomainRecords {
  records: readonly ListedRecord[]
  provider: string | null
}

/** Once a request: a page shows them, and its keys each with the record of theirs. */
const loadRecords = cache(async (actor: Actor, domainName: string): Promise<DomainRecords> => {
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: {
      ...{ dnsPolicy: true, dnsProvider: { select: { name: true } }, dnsRecords: { select: recordSelect } },
      dkimKeys: { select: { id: true, selector: true, state: true, isSpare: true } },
      aliasesOf: { where: { deletedAt: null }, select: { name: true } },
    },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const policy = parseDnsPolicy(domain.dnsPolicy)
  const names = [domainName, ...domain.aliasesOf.map(({ name }) => name)]
  const records = domain.dnsRecords.map((row): ListedRecord => {
    const purpose = PURPOSES.find((known) => known === row.purpose)
    if (!purpose) throw new Error(`stored record of purpose ${row.purpose}`)
    const type = storedType(row.type)
    const kept = row.observation && parseFound(row.observation.found)
    const found = [
      ...new Set(kept?.findings.filter((one) => one.kind === 'authoritative').flatMap((one) => one.values) ?? []),
    ]
    return {
      ...row,
      purpose,
      type,
      need: needOf({ ...row, purpose }, isReserve(row, domain.dkimKeys)),
      why: whyOf({ ...row, purpose, type }),
      isHeld: isHeldBack(purpose, policy),
      ...placeOf(row.name, names),
      zoneValue: formatRdata(type, row.value),
      merged: mergedSpf({ ...row, purpose }, found, domain.dnsRecords),
      found,
      observation: row.observation &&
        kept && { ...row.observation, ...kept, state: observationState.parse(row.observation.state) },
    }
  })
  records.sort(
    (a, b) =>
      PURPOSES.indexOf(a.purpose) - PURPOSES.indexOf(b.purpose) ||
      (`${a.name} ${a.type} ${a.value}` < `${b.name} ${b.type} ${b.value}` ? -1 : 1),
  )
  return { records, provider: domain.dnsProvider?.name ?? null }
})

/** The records of a domain as lines of a zone file, SPF merged with what others have in it. NOT_FOUND where it is not the actor's. */
export async function zoneText(actor: Actor, domainName: string): Promise<string> {
  const { records } = await listDnsRecords(actor, domainName)
  return zoneTextOf(records)
}

/**
 * Lines of a zone file for listed records of the domain's own zone, or of that of another name; what is withdrawn or held
 * back is left out.
 */
export function zoneTextOf(records: readonly ListedRecord[], alias?: string): string {
  const wanted = records.filter(
    ({ purpose, isHeld, isOutside, zoneName }) =>
      purpose !== 'withdrawn' && !isHeld && (alias === undefined ? !isOutside : zoneName === alias),
  )
  return formatZoneText(wanted.map((record) => ({ ...record, value: record.merged ?? record.value })))
}

/** A mail host with what should stand at its own name, and its reverse DNS: shown at every domain, checked once a node (MAIL rule 33). */
export interface ListedMailHost {
  hostName: string
  records: PlannedRecord[]
  ptrs: ExpectedPtr[]
}

/** The hosts that send and take the mail of all domains. */
export async function listMailHosts(actor: Actor): Promise<ListedMailHost[]> {
  requirePermission(actor, 'dns:read')
  const rows = await db().node.findMany({
    where: { removedAt: null, roles: { has: 'smtp' } },
    select: { hostName: true, publicAddresses: true },
    orderBy: { hostName: 'asc' },
  })
  return rows.map((host) => ({
    hostName: host.hostName,
    records: hostRecords({ ...host, isSender: true, tlsaDigests: [] }),
    ptrs: expectedPtrs([host]),
  }))
}

/** Places where records are published: never with their secrets. */
export async function listProviders(actor: Actor) {
  requirePermission(actor, 'dns:read')
  const rows = await db().dnsProvider.findMany({
    orderBy: { name: 'asc' },
    select: {
      ...{ id: true, name: true, kind: true, config: true, lastTry: true, createdAt: true },
      domains: { where: { AND: [visibleDomains(actor), { deletedAt: null }] }, take: 1, select: { name: true } },
      _count: { select: { domains: { where: { deletedAt: null } } } },
    },
  })
  return rows.map(({ config, lastTry, domains, _count, ...row }) => ({
    ...row,
    firstDomain: domains[0]?.name ?? null,
    config: parseProviderConfig(row.kind, config),
    lastTry: parseProviderTry(lastTry),
    domainCount: _count.domains,
  }))
}

/** A plan of publishing as a page shows it; `content` is null while it is made, and where it could not be. */
export interface ShownPlan {
  id: string
  state: PlanState
  words: string
  /** The MX of another mail server gives way. */
  movesMail: boolean
  actorName: string
  createdAt: Date
  confirmedAt: Date | null
  finishedAt: Date | null
  content: PlanContent | null
}

const planSelect = {
  ...{ id: true, state: true, edits: true, words: true, movesMail: true, actorName: true },
  ...{ createdAt: true, confirmedAt: true, finishedAt: true },
} as const

/** One plan of a domain. NOT_FOUND where the domain is not the actor's or has no such plan. */
export async function requireDnsPlan(actor: Actor, domainName: string, planId: string): Promise<ShownPlan> {
  requirePermission(actor, 'dns:read')
  const row = await db().dnsPlan.findFirst({
    where: { AND: [{ id: planId, domain: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] } }] },
    select: planSelect,
  })
  if (!row) throw new AppError('NOT_FOUND', 'dns.planMissing')
  const { edits, ...plan } = row
  const parsed = planContent.safeParse(edits)
  return { ...plan, state: planState.parse(plan.state), content: parsed.success ? parsed.data : null }
}
