import 'server-only'
import { randomUUID } from 'node:crypto'
import type { Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import type { Tx } from '@/lib/db/client'
import { DELEGATION_KEY, readDelegation } from '@/lib/dkim/delegation'
import { privateKeyContext, readPrivateKey } from '@/lib/dkim/key-pair'
import { dkimRecordName } from '@/lib/dkim/record'
import { requestMissingKeys, requestRotation, UNDER_WAY } from '@/lib/dkim/request'
import { dropUnusedKeys, retireKeys } from '@/lib/dkim/retire'
import { nextRotation } from '@/lib/dkim/schedule'
import type {
  DropKeyInput,
  ImportKeyInput,
  KeyDelegationInput,
  KeySettingsInput,
  RotateKeyInput,
  SwitchToSpareInput,
} from '@/lib/dkim/schema'
import { syncDomainRecords } from '@/lib/dns/sync'
import { AppError } from '@/lib/errors/app-error'
import { enqueue } from '@/lib/jobs/queue'
import { changeMail, type LockedDomain, type MailChange } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

/** Keys that somebody else may have: each is revoked as soon as it signs no more. */
async function markCompromised(tx: Tx, domainId: string, now: Date): Promise<void> {
  await tx.dkimKey.updateMany({
    where: { domainId, state: 'active', compromisedAt: null },
    data: { compromisedAt: now },
  })
}

/**
 * Begins the rotation of a domain's keys, or asks for the first ones: the worker makes the new keys, has their records
 * published, and switches when every cache must know them. `flags` are the new keys' (without: as the old ones). A
 * compromised key is revoked as soon as the new one signs. CONFLICT while new keys are already on their way, or where no
 * slot of a delegated domain is free.
 */
export async function rotateKey(
  actor: Actor,
  domainName: string,
  { flags, isCompromised = false }: Partial<Pick<RotateKeyInput, 'flags' | 'isCompromised'>> = {},
  clock: Clock = systemClock,
) {
  const options = { domains: [domainName], action: 'dkim-key:rotate', subject: domainName, clock }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { tx, now } = change
    const row = change.domain(domainName)
    const { selectors, underWay, withoutSlot } = await requestRotation(tx, row, now, flags)
    // A compromised key that nothing comes after would sign on: what is left then is the spare.
    if (withoutSlot.length > 0 && (isCompromised || selectors.length === 0))
      throw new AppError('CONFLICT', 'dkim.noSlot', { name: domainName })
    if (selectors.length === 0 && !isCompromised)
      throw new AppError('CONFLICT', 'dkim.rotationUnderWay', { selector: underWay.join(', ') })
    if (isCompromised) await markCompromised(tx, row.id, now)
    await enqueue(tx, 'dns.check', { domain: domainName }, { singletonKey: domainName })
    change.audit({ selectors, isCompromised })
    return { selectors }
  })
}

/**
 * Switches to the spare: it signs as soon as the worker has seen its record once more, which takes seconds, and a new
 * spare follows. With `isCompromised` the old key is revoked as soon as no node signs with it, and the Ed25519 key, which
 * was in the same place, stops at once. CONFLICT where no spare has been in DNS for long enough.
 */
export async function switchToSpare(actor: Actor, input: SwitchToSpareInput, clock: Clock = systemClock) {
  const options = { domains: [input.domain], action: 'dkim-key:switch', subject: input.domain, clock }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { tx, now } = change
    const domain = change.domain(input.domain)
    const spare = await tx.dkimKey.findFirst({
      where: { domainId: domain.id, isSpare: true, state: 'published', activateAfter: { lte: now } },
      select: { id: true, selector: true },
    })
    if (!spare) throw new AppError('CONFLICT', 'dkim.noSpare', { name: input.domain })
    // Due from now on, and looked at at once: a pass over all keys may be held up by a provider that hangs.
    await tx.dkimKey.update({ where: { id: spare.id }, data: { isSpare: false, activateAfter: now } })
    if (input.isCompromised) {
      await markCompromised(tx, domain.id, now)
      await retireKeys(tx, { domainId: domain.id, algorithm: 'ed25519-sha256' }, now)
      change.touchDomain(input.domain)
    }
    await requestMissingKeys(tx, domain, now)
    await enqueue(tx, 'dns.check', { domain: input.domain }, { singletonKey: input.domain })
    change.audit({ selector: spare.selector, isCompromised: input.isCompromised })
    return { selector: spare.selector }
  })
}

/** Drops a key that has never signed: a rotation that is not wanted after all, a spare to be replaced. NOT_FOUND where it is none. */
export async function dropKey(actor: Actor, input: DropKeyInput) {
  const options = { domains: [input.domain], action: 'dkim-key:drop', subject: input.domain }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { id: domainId } = change.domain(input.domain)
    const [selector] = await dropUnusedKeys(change.tx, { id: input.key, domainId })
    if (selector === undefined) throw new AppError('NOT_FOUND', 'dkim.missing')
    change.audit({ selector })
    await syncDomainRecords(change.tx, domainId)
    return { selector }
  })
}

async function refuseTakenSelector(tx: Tx, domain: LockedDomain, selector: string): Promise<void> {
  const key = await tx.dkimKey.findFirst({
    where: { domainId: domain.id, selector, state: { not: 'removed' } },
    select: { id: true },
  })
  if (key) throw new AppError('CONFLICT', 'dkim.selectorTaken', { selector }, { field: 'selector' })
  const name = dkimRecordName(selector, domain.name)
  const record = await tx.dnsRecord.findFirst({
    where: { domainId: domain.id, name, OR: [{ purpose: 'own' }, { type: 'CNAME', purpose: { not: 'withdrawn' } }] },
    select: { id: true },
  })
  if (record) throw new AppError('CONFLICT', 'dkim.selectorIsRecord', { name }, { field: 'selector' })
}

/**
 * Takes in a key that was made elsewhere, in place of the next one of its algorithm: it signs when its record has been
 * seen everywhere for long enough, as any. The private part is sealed before anything is stored and is in no message,
 * log or audit entry. INVALID where it is none that can sign; CONFLICT where its selector is taken or a key is on its way.
 */
export async function importKey(actor: Actor, input: ImportKeyInput, clock: Clock = systemClock) {
  const pair = readPrivateKey(input.secretKey)
  if ('refused' in pair) throw new AppError('INVALID', pair.refused, { bits: pair.bits }, { field: 'secretKey' })
  const id = randomUUID()
  const privateKeySealed = sealForWorker(pair.privateKey, privateKeyContext(id))
  const { algorithm, bits, publicKey, hash } = pair
  const options = { domains: [input.domain], action: 'dkim-key:import', subject: input.domain, clock }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { tx, now } = change
    const row = change.domain(input.domain)
    const { selector } = input
    const coming = await tx.dkimKey.findFirst({
      where: { domainId: row.id, algorithm, isSpare: false, state: { in: UNDER_WAY } },
      select: { selector: true },
    })
    if (coming) throw new AppError('CONFLICT', 'dkim.rotationUnderWay', { selector: coming.selector })
    await refuseTakenSelector(tx, row, selector)
    const data = { id, domainId: row.id, selector, algorithm, bits, publicKey, privateKeySealed, createdAt: now }
    await tx.dkimKey.create({ data: { ...data, privateKeyHash: hash, state: 'generated', isImported: true } })
    if (algorithm === 'ed25519-sha256') await tx.domain.update({ where: { id: row.id }, data: { signsEd25519: true } })
    change.audit({ selector, algorithm, bits, hash })
    await syncDomainRecords(tx, row.id)
    return { selector }
  })
}

/** What a switch of the settings does to the keys that are there. */
async function applySwitches(change: MailChange, domain: LockedDomain, input: KeySettingsInput): Promise<void> {
  const { tx, now } = change
  if (domain.signsEd25519 && !input.signsEd25519) {
    const ed25519 = { domainId: domain.id, algorithm: 'ed25519-sha256' }
    await dropUnusedKeys(tx, ed25519)
    await retireKeys(tx, ed25519, now)
    change.touchDomain(input.domain)
  }
  if (domain.keepsSpareKey && !input.keepsSpareKey) await dropUnusedKeys(tx, { domainId: domain.id, isSpare: true })
}

/** When the key is due that signs now. */
async function dueAfter(tx: Tx, domain: LockedDomain, days: number | null): Promise<Date | null> {
  const active = await tx.dkimKey.findFirst({
    where: { domainId: domain.id, state: 'active' },
    orderBy: { activatedAt: 'desc' },
    select: { activatedAt: true },
  })
  return days === null || !active?.activatedAt ? null : nextRotation(domain.id, active.activatedAt, days)
}

/**
 * Sets how a domain's keys are kept: whether Ed25519 signs too, whether there is a spare, how often they are replaced,
 * and where their records stand. Keys in the old place stay until they are replaced, which begins at once. CONFLICT where
 * there is no zone of ours for delegated keys.
 */
export async function updateKeySettings(actor: Actor, input: KeySettingsInput, clock: Clock = systemClock) {
  const options = { domains: [input.domain], action: 'dkim-key:settings', subject: input.domain, clock }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { tx, now } = change
    const before = change.domain(input.domain)
    const { signsEd25519, keepsSpareKey, keyRotationDays } = input
    const keyPublishing = input.isDelegated ? 'delegated' : 'direct'
    const moves = keyPublishing !== before.keyPublishing
    if (moves && input.isDelegated && !(await readDelegation(tx)))
      throw new AppError('CONFLICT', 'dkim.noDelegation', {}, { field: 'isDelegated' })
    const nextRotationAt =
      keyRotationDays === before.keyRotationDays ? before.nextRotationAt : await dueAfter(tx, before, keyRotationDays)
    const data = { signsEd25519, keepsSpareKey, keyRotationDays, keyPublishing, nextRotationAt }
    const after = await tx.domain.update({ where: { id: before.id }, data })
    await applySwitches(change, before, input)
    if (moves) await requestRotation(tx, after, now)
    await requestMissingKeys(tx, after, now)
    await syncDomainRecords(tx, before.id)
    change.audit({ signsEd25519, keepsSpareKey, keyRotationDays, keyPublishing })
  })
}

/**
 * Sets the zone of ours in which the keys of delegated domains stand, and the provider that publishes it. CONFLICT where
 * keys stand in another zone: other people's records lead there. NOT_FOUND where there is no such provider.
 */
export async function setKeyDelegation(actor: Actor, input: KeyDelegationInput) {
  const options = { domains: [], action: 'dkim:delegation', subject: input.zone ?? '' }
  return changeMail(actor, 'provider:write', options, async (change) => {
    const { tx } = change
    const before = await readDelegation(tx)
    if (before && before.zone !== input.zone) {
      const users = await tx.domain.count({
        where: {
          deletedAt: null,
          OR: [
            { keyPublishing: 'delegated' },
            { dkimKeys: { some: { slot: { not: null }, state: { not: 'removed' } } } },
          ],
        },
      })
      if (users > 0) throw new AppError('CONFLICT', 'dkim.delegationUsed', { domains: users }, { field: 'zone' })
    }
    change.audit({ zone: input.zone, provider: input.zone === null ? null : input.provider })
    if (input.zone === null) {
      await tx.setting.deleteMany({ where: { key: DELEGATION_KEY } })
      return
    }
    const provider = await tx.dnsProvider.findUnique({ where: { name: input.provider }, select: { id: true } })
    if (!provider)
      throw new AppError('NOT_FOUND', 'dns.providerMissing', { name: input.provider }, { field: 'provider' })
    const value = { zone: input.zone, providerId: provider.id }
    await tx.setting.upsert({
      where: { key: DELEGATION_KEY },
      create: { key: DELEGATION_KEY, value },
      update: { value },
    })
  })
}
