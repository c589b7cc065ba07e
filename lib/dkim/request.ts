import 'server-only'
import { randomInt } from 'node:crypto'
import type { Tx } from '@/lib/db/client'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import { algorithmsOf, type Algorithm } from '@/lib/dkim/algorithm'
import { readDelegation, usedSlots } from '@/lib/dkim/delegation'
import { newSelector } from '@/lib/dkim/selector'
import { freeSlot } from '@/lib/dkim/slots'

/** A key that is on its way to signing. */
export const UNDER_WAY: DkimKeyState[] = ['requested', 'generated', 'published']

/** What a new key is to be. */
export interface KeyRequest {
  algorithm?: Algorithm
  /** `y` (test mode), `s` (no subdomains). */
  flags?: readonly string[]
  isSpare?: boolean
}

/** The name of a new key: of a delegated domain one of its slots, null where none is free. */
async function chooseSelector(tx: Tx, domainId: string, algorithm: Algorithm, now: Date) {
  const domain = await tx.domain.findUniqueOrThrow({
    where: { id: domainId },
    select: { id: true, name: true, keyPublishing: true },
  })
  const delegation = domain.keyPublishing === 'delegated' ? await readDelegation(tx) : null
  if (!delegation) return { selector: newSelector(now, randomInt), slot: null }
  const slot = freeSlot(algorithm, await usedSlots(tx, domain, delegation.zone))
  return slot === null ? null : { selector: slot, slot }
}

/**
 * Asks for a key of a domain: a row without key, which the worker fills. Returns the selector, null where every slot of a
 * delegated domain is taken.
 */
export async function requestDomainKey(
  tx: Tx,
  domainId: string,
  now: Date,
  { algorithm = 'rsa-sha256', flags = [], isSpare = false }: KeyRequest = {},
): Promise<string | null> {
  const name = await chooseSelector(tx, domainId, algorithm, now)
  if (!name) return null
  await tx.dkimKey.create({ data: { domainId, ...name, algorithm, flags: [...flags], isSpare, createdAt: now } })
  return name.selector
}

/** What a key takes over from the one before it: `s` is a decision about the domain, `y` a trial that ends with its key. */
function inherited(flags: readonly string[] | undefined): string[] {
  return (flags ?? []).filter((flag) => flag === 's')
}

/** What of a domain decides which keys it has. */
export interface KeyDomain {
  id: string
  signsEd25519: boolean
  keepsSpareKey: boolean
}

async function currentKeys(tx: Tx, domainId: string) {
  return tx.dkimKey.findMany({
    where: { domainId, state: { in: [...UNDER_WAY, 'active'] } },
    select: { selector: true, algorithm: true, state: true, flags: true, isSpare: true },
  })
}

/** New keys that were asked for; beside them what is on its way already, and algorithms for which no slot is free. */
export interface Requested {
  selectors: string[]
  underWay: string[]
  withoutSlot: Algorithm[]
}

/**
 * Asks for the next key of each algorithm that the domain signs with, less those of which one is on its way. `flags` are
 * the new keys'; without them they take over what the old ones have.
 */
export async function requestRotation(
  tx: Tx,
  domain: KeyDomain,
  now: Date,
  flags?: readonly string[],
): Promise<Requested> {
  const keys = (await currentKeys(tx, domain.id)).filter((key) => !key.isSpare)
  const requested: Requested = { selectors: [], underWay: [], withoutSlot: [] }
  for (const algorithm of algorithmsOf(domain)) {
    const own = keys.filter((key) => key.algorithm === algorithm)
    const coming = own.find((key) => key.state !== 'active')
    if (coming) {
      requested.underWay.push(coming.selector)
      continue
    }
    const request = { algorithm, flags: flags ?? inherited(own[0]?.flags) }
    const selector = await requestDomainKey(tx, domain.id, now, request)
    if (selector === null) requested.withoutSlot.push(algorithm)
    else requested.selectors.push(selector)
  }
  return requested
}

/**
 * Asks for what a domain should have and has not: a key of each algorithm that it signs with, and its spare. What no slot
 * is free for is asked for again later. Returns the selectors.
 */
export async function requestMissingKeys(tx: Tx, domain: KeyDomain, now: Date): Promise<string[]> {
  const keys = await currentKeys(tx, domain.id)
  const flags = inherited(keys.find((key) => key.state === 'active')?.flags)
  const missing: KeyRequest[] = algorithmsOf(domain)
    .filter((algorithm) => !keys.some((key) => key.algorithm === algorithm && !key.isSpare))
    .map((algorithm) => ({ algorithm, flags }))
  if (domain.keepsSpareKey && !keys.some((key) => key.isSpare)) missing.push({ isSpare: true, flags })
  const selectors: string[] = []
  for (const request of missing) {
    const selector = await requestDomainKey(tx, domain.id, now, request)
    if (selector !== null) selectors.push(selector)
  }
  return selectors
}
