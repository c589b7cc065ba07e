import 'server-only'
import { randomUUID } from 'node:crypto'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db, type Tx } from '@/lib/db/client'
import { changePolicy } from '@/lib/dns/change-policy'
import { readDelegation } from '@/lib/dkim/delegation'
import { providerContext } from '@/lib/dns/load-domain'
import { OVERRIDABLE } from '@/lib/dns/overridden'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'
import type { ChangeDmarcPolicyInput, UpdateDnsPolicyInput } from '@/lib/dns/policy-schema'
import type { AddProviderInput, OwnRecordInput, RemoveOwnRecordInput } from '@/lib/dns/schema'
import { dropWithdrawn, syncDomainRecords, withdrawRecords } from '@/lib/dns/sync'
import { isDmarcRecord } from '@/lib/dns/dmarc-record'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'
import { isSpfRecord } from '@/lib/spf/record'

const MAX_OWN_RECORDS = 500

/** True where the panel manages this record itself: a second one beside it would break it. */
function isManaged({ domain, name, type, value }: OwnRecordInput): boolean {
  if (type === 'MX') return name === domain
  if (type === 'CNAME' && name === `_dmarc.${domain}`) return true
  if (type !== 'TXT') return false
  return (name === domain && isSpfRecord(value)) || (name === `_dmarc.${domain}` && isDmarcRecord(value))
}

/** RFC 1034 §3.6.2: a name with a CNAME has nothing else. */
async function refuseAliasClash(tx: Tx, domainId: string, { name, type }: OwnRecordInput): Promise<void> {
  const clash = await tx.dnsRecord.findFirst({
    where: {
      ...{ domainId, name, purpose: { notIn: ['withdrawn', ...OVERRIDABLE] } },
      ...(type === 'CNAME' ? {} : { type: 'CNAME' }),
    },
    select: { id: true },
  })
  if (clash) throw new AppError('CONFLICT', 'dns.cnameBeside', { name }, { field: 'name' })
}

/**
 * Adds a record of the administrator's own to a domain. CONFLICT where the domain has it already, where the panel manages
 * that record itself, or where it and a CNAME would share a name.
 */
export async function addOwnRecord(actor: Actor, input: OwnRecordInput) {
  if (isManaged(input))
    throw new AppError('CONFLICT', 'dns.managed', { name: input.name, type: input.type }, { field: 'name' })
  const options = { domains: [input.domain], action: 'dns-record:create', subject: `${input.name} ${input.type}` }
  return changeMail(actor, 'dns:write', options, async (change) => {
    const { id: domainId } = change.domain(input.domain)
    const { name, type, value, ttlSeconds, note } = input
    const count = await change.tx.dnsRecord.count({ where: { domainId, purpose: 'own' } })
    if (count >= MAX_OWN_RECORDS) throw new AppError('CONFLICT', 'dns.tooMany', { most: MAX_OWN_RECORDS })
    await refuseAliasClash(change.tx, domainId, input)
    // A second text beside a key makes the result of every verification undefined (RFC 6376 §3.6.2.2).
    const key =
      type === 'TXT' &&
      (await change.tx.dnsRecord.findFirst({ where: { domainId, name, purpose: 'dkim' }, select: { id: true } }))
    if (key) throw new AppError('CONFLICT', 'dns.managed', { name, type }, { field: 'name' })
    const twin = await change.tx.dnsRecord.findFirst({
      where: { domainId, name, type, value, purpose: { not: 'withdrawn' } },
      select: { id: true },
    })
    if (twin) throw new AppError('CONFLICT', 'dns.exists', { name, type }, { field: 'value' })
    await dropWithdrawn(change.tx, domainId, [input])
    change.audit({ value, ttlSeconds })
    const row = await change.tx.dnsRecord.create({
      data: { domainId, purpose: 'own', name, type, value, ttlSeconds, note },
      select: { id: true },
    })
    // What it takes the place of is no longer wanted.
    await syncDomainRecords(change.tx, domainId)
    return row
  })
}

/** Takes a record of the administrator's own away; where we publish, out of DNS too with the next publishing. NOT_FOUND where it is not an own record of that domain. */
export async function removeOwnRecord(actor: Actor, input: RemoveOwnRecordInput) {
  const options = { domains: [input.domain], action: 'dns-record:remove', subject: input.domain }
  return changeMail(actor, 'dns:write', options, async (change) => {
    const domain = change.domain(input.domain)
    const row = await change.tx.dnsRecord.findFirst({
      where: { id: input.id, domainId: domain.id, purpose: 'own' },
      select: { id: true, name: true, type: true, value: true },
    })
    if (!row) throw new AppError('NOT_FOUND', 'dns.recordMissing')
    change.audit({ name: row.name, type: row.type, value: row.value })
    await withdrawRecords(change.tx, domain.id, [row], domain.dnsProviderId !== null)
    await syncDomainRecords(change.tx, domain.id)
  })
}

/**
 * Changes what a domain wants of DNS; its records follow. CONFLICT where somebody else changed the domain since the form
 * was shown, or where MTA-STS is to be switched off while senders still hold an enforced policy; INVALID where a domain is
 * to be parked and the typed name is another.
 */
export async function updateDnsPolicy(actor: Actor, input: UpdateDnsPolicyInput, clock: Clock = systemClock) {
  const options = { domains: [input.domain], action: 'domain:dns-policy', subject: input.domain, clock }
  return changeMail(actor, 'dns:write', options, async (change) => {
    const { id, name, revision, dnsPolicy } = change.domain(input.domain)
    if (revision !== input.revision) throw new AppError('CONFLICT', 'form.stale', { name })
    const before = parseDnsPolicy(dnsPolicy)
    if (input.policy.isParked && !before.isParked && input.confirmation.trim().toLowerCase() !== name)
      throw new AppError('INVALID', 'domain.confirmation', { name }, { field: 'confirmation' })
    const changed = changePolicy(before, input.policy, change.now)
    if (changed.status === 'held') {
      const until = changed.until.toISOString().slice(0, 16).replace('T', ' ')
      throw new AppError('CONFLICT', 'dns.mtaStsHeld', { until }, { field: 'mtaStsMode' })
    }
    change.audit({ before, after: changed.policy })
    await storePolicy(change.tx, id, changed.policy)
  })
}

async function storePolicy(tx: Tx, id: string, dnsPolicy: DnsPolicy): Promise<void> {
  await tx.domain.update({ where: { id }, data: { dnsPolicy, revision: { increment: 1 } } })
  await syncDomainRecords(tx, id)
}

/**
 * Changes what a domain asks receivers to do with mail that fails (RFC 9989 §4.7) and nothing else. `hasProvider` tells
 * whether a plan can publish it. CONFLICT where somebody else changed the domain since the page was shown; INVALID where
 * it is parked, which has a policy of its own.
 */
export async function changeDmarcPolicy(actor: Actor, { domain: subject, revision, ...asked }: ChangeDmarcPolicyInput) {
  const options = { domains: [subject], action: 'domain:dns-policy', subject }
  return changeMail(actor, 'dns:write', options, async (change) => {
    const domain = change.domain(subject)
    if (domain.revision !== revision) throw new AppError('CONFLICT', 'form.stale', { name: subject })
    const before = parseDnsPolicy(domain.dnsPolicy)
    if (before.isParked) throw new AppError('INVALID', 'dns.parkedPolicy', { name: subject })
    const after = { ...before, dmarc: { ...before.dmarc, ...asked } }
    change.audit({ before, after })
    await storePolicy(change.tx, domain.id, after)
    return { hasProvider: domain.dnsProviderId !== null }
  })
}

/** What of an entered provider is stored openly, and what is sealed. */
function splitProvider(input: AddProviderInput) {
  const { zone, ttlSeconds, authoritative } = input
  const every = { zone, ttlSeconds, authoritative }
  switch (input.kind) {
    case 'rfc2136': {
      const server = { address: input.server, port: input.port }
      return {
        config: { server, keyName: input.keyName, algorithm: input.algorithm, ...every },
        credential: input.secret,
      }
    }
    case 'powerdns':
      return { config: { url: input.url, serverId: input.serverId, ...every }, credential: input.secret }
    case 'lexicon':
      return { config: { service: input.service, ...every }, credential: JSON.stringify(input.credentials) }
  }
}

/** Adds a place where records are published. Its credential is sealed: only the worker can use it. CONFLICT where the name is taken. */
export async function addProvider(actor: Actor, input: AddProviderInput) {
  const options = { domains: [], action: 'provider:create', subject: input.name }
  const id = randomUUID()
  const { config, credential } = splitProvider(input)
  return changeMail(actor, 'provider:write', options, async (change) => {
    if (await change.tx.dnsProvider.findUnique({ where: { name: input.name }, select: { id: true } }))
      throw new AppError('CONFLICT', 'dns.providerExists', { name: input.name }, { field: 'name' })
    change.audit({ kind: input.kind, ...config })
    const credentialSealed = sealForWorker(credential, providerContext(id))
    await change.tx.dnsProvider.create({ data: { id, name: input.name, kind: input.kind, config, credentialSealed } })
    return { id }
  })
}

/** Forgets a provider and its credential. CONFLICT where domains or the zone for keys are published there, NOT_FOUND where there is none of that name. */
export async function removeProvider(actor: Actor, input: { name: string }) {
  const options = { domains: [], action: 'provider:remove', subject: input.name }
  return changeMail(actor, 'provider:write', options, async (change) => {
    const row = await change.tx.dnsProvider.findUnique({
      where: { name: input.name },
      select: { id: true, _count: { select: { domains: { where: { deletedAt: null } } } } },
    })
    if (!row) throw new AppError('NOT_FOUND', 'dns.providerMissing', { name: input.name })
    const { domains } = row._count
    if (domains > 0) throw new AppError('CONFLICT', 'dns.providerUsed', { name: input.name, domains })
    const delegation = await readDelegation(change.tx)
    if (delegation?.providerId === row.id)
      throw new AppError('CONFLICT', 'dns.providerOfKeys', { name: input.name, zone: delegation.zone })
    await change.tx.dnsProvider.delete({ where: { id: row.id } })
  })
}

/**
 * Chooses where a domain's records are published, by the provider's name; null: by hand. What was published before stays
 * where it is. NOT_FOUND where there is no such provider.
 */
export async function setDomainProvider(actor: Actor, input: { domain: string; provider: string | null }) {
  const options = { domains: [input.domain], action: 'domain:provider', subject: input.domain }
  return changeMail(actor, 'dns:publish', options, async (change) => {
    const domain = change.domain(input.domain)
    const provider =
      input.provider === null
        ? null
        : await change.tx.dnsProvider.findUnique({ where: { name: input.provider }, select: { id: true } })
    if (input.provider !== null && !provider)
      throw new AppError('NOT_FOUND', 'dns.providerMissing', { name: input.provider })
    change.audit({ provider: input.provider })
    await change.tx.domain.update({
      where: { id: domain.id },
      data: { dnsProviderId: provider?.id ?? null, revision: { increment: 1 } },
    })
    // What stood in the domain's zone is for people now; keys in ours still have to go.
    if (!provider)
      await change.tx.dnsRecord.deleteMany({
        where: {
          domainId: domain.id,
          purpose: 'withdrawn',
          OR: [{ name: domain.name }, { name: { endsWith: `.${domain.name}` } }],
        },
      })
    await syncDomainRecords(change.tx, domain.id)
  })
}

/** Brings the records of every domain up to date, a transaction each: after a node came, went or changed its addresses. */
export async function syncAllDomainRecords(actor: Actor): Promise<void> {
  requirePermission(actor, 'node:write')
  const domains = await db().domain.findMany({ where: { deletedAt: null }, select: { id: true } })
  for (const { id } of domains) await db().$transaction((tx) => syncDomainRecords(tx, id))
}
