import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import type { Prisma } from '@/lib/db/generated/client'
import { isPublishedByUs, type MovingKey } from '@/lib/dkim/moving-key'
import { storedAlgorithm } from '@/lib/dkim/algorithm'
import { keyPlace } from '@/lib/dkim/delegation'
import { generatePair, privateKeyContext } from '@/lib/dkim/key-pair'
import type { KeyStep } from '@/lib/dkim/key-state'
import { publishKeyAt } from '@/lib/dkim/publish-key'
import { dkimRecordName, formatDkimRecord } from '@/lib/dkim/record'
import { retireKeys } from '@/lib/dkim/retire'
import { nextRotation } from '@/lib/dkim/schedule'
import type { DnsDeps } from '@/lib/dns/deps'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { syncDomainRecords } from '@/lib/dns/sync'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

/** Writes a key's new state in a change of its own. False, with nothing written, where somebody else changed the state first. */
async function changeKey(
  actor: Actor,
  key: MovingKey,
  action: string,
  deps: DnsDeps,
  data: (now: Date) => Prisma.DkimKeyUpdateManyMutationInput,
  more?: (change: MailChange) => Promise<void>,
): Promise<boolean> {
  const domain = key.domain.name
  const options = {
    domains: [domain],
    action,
    subject: dkimRecordName(key.selector, domain),
    clock: deps.clock,
  }
  try {
    await changeMail(actor, 'dkim:write', options, async (change) => {
      const { count } = await change.tx.dkimKey.updateMany({
        where: { id: key.id, state: key.state },
        data: data(change.now),
      })
      if (count === 0) throw new MovedMeanwhile()
      await more?.(change)
      await syncDomainRecords(change.tx, key.domain.id)
    })
    return true
  } catch (error) {
    if (error instanceof MovedMeanwhile) return false
    throw error
  }
}

/** Rolls a change back whose key is no longer in the state it was read in. */
class MovedMeanwhile extends Error {
  override readonly name = 'MovedMeanwhile'
}

/** Makes the pair of a requested key and stores it, the private part sealed to the worker. */
export async function generateKey(actor: Actor, key: MovingKey, deps: DnsDeps): Promise<boolean> {
  const pair = await generatePair(storedAlgorithm(key.algorithm))
  const privateKeySealed = sealForWorker(pair.privateKey, privateKeyContext(key.id))
  return changeKey(actor, key, 'dkim-key:generate', deps, () => ({
    state: 'generated',
    publicKey: pair.publicKey,
    bits: pair.bits,
    privateKeySealed,
    privateKeyHash: pair.hash,
  }))
}

/** The new key signs from the release that this makes; the one of its algorithm that did retires with it. */
async function activate(actor: Actor, key: MovingKey, deps: DnsDeps): Promise<boolean> {
  const { id, name, keyRotationDays } = key.domain
  return changeKey(
    actor,
    key,
    'dkim-key:activate',
    deps,
    (now) => ({ state: 'active', activatedAt: now }),
    async (change) => {
      const { tx, now } = change
      await retireKeys(tx, { domainId: id, algorithm: key.algorithm, id: { not: key.id } }, now)
      const nextRotationAt = keyRotationDays === null ? null : nextRotation(id, now, keyRotationDays)
      await tx.domain.update({ where: { id }, data: { nextRotationAt } })
      change.touchDomain(name)
    },
  )
}

/** Where we publish, a key's record is brought to what it should be; by hand the page asks for it. */
export async function publishKeyRecord(actor: Actor, key: MovingKey, deps: DnsDeps): Promise<void> {
  const name = key.records[0]?.name
  if (name === undefined) return
  const domain = await requireDnsDomain(actor, key.domain.name)
  await publishKeyAt(actor, domain, await keyPlace(domain, key.slot !== null), name, deps)
}

/** The record of a key that is gone may still be as it was while the key signed: that has to go from DNS as well. */
async function withdrawKeyText({ tx }: MailChange, key: MovingKey): Promise<void> {
  const name = key.records[0]?.name
  if (name === undefined || key.publicKey === '' || !isPublishedByUs(key)) return
  const record = { domainId: key.domain.id, name, type: 'TXT', value: formatDkimRecord(key.publicKey, key) }
  await tx.dnsRecord.createMany({
    data: [{ ...record, purpose: 'withdrawn', dkimKeyId: key.id }],
    skipDuplicates: true,
  })
}

/** Carries out what `nextKeyState` decided. False where somebody else was first. */
export async function applyStep(
  actor: Actor,
  key: MovingKey,
  step: Exclude<KeyStep, { kind: 'stay' | 'generate' }>,
  deps: DnsDeps,
): Promise<boolean> {
  switch (step.kind) {
    case 'published':
      return changeKey(actor, key, 'dkim-key:published', deps, () => ({
        state: 'published',
        publishedAt: step.publishedAt,
        activateAfter: step.activateAfter,
      }))
    case 'unpublished':
      return changeKey(actor, key, 'dkim-key:unpublished', deps, () => ({
        state: 'generated',
        publishedAt: null,
        activateAfter: null,
      }))
    case 'activate':
      return activate(actor, key, deps)
    case 'extend':
      return changeKey(actor, key, 'dkim-key:extend', deps, () => ({ removeAfter: step.removeAfter }))
    case 'revoke': {
      // The private part has no more use: it is destroyed before anybody is told that the key is revoked.
      const isDone = await changeKey(actor, key, 'dkim-key:revoke', deps, () => ({
        state: 'revoked',
        privateKeySealed: null,
        removeAfter: step.removeAfter,
      }))
      if (isDone) await publishKeyRecord(actor, key, deps)
      return isDone
    }
    case 'remove': {
      const isDone = await changeKey(
        actor,
        key,
        'dkim-key:remove',
        deps,
        () => ({ state: 'removed' }),
        (change) => withdrawKeyText(change, key),
      )
      if (isDone) await publishKeyRecord(actor, key, deps)
      return isDone
    }
  }
}
