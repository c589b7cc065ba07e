import { z } from 'zod'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import { resolve, type Dns } from '@/lib/dns/resolver'
import { isGlobalAddress, isSameAddress, reverseName } from '@/lib/settings/addresses'
import type { ServerSettings } from '@/lib/settings/schema'

/** One thing that was looked at. `code` names the sentences; `subject` is the name or address it is about. */
export const serverCheckResult = z.object({
  check: z.enum(['hostName', 'forward', 'reverse', 'port25']),
  subject: z.string(),
  level: z.enum(['ok', 'attention', 'broken', 'unknown']),
  code: z.string(),
  found: z.array(z.string()),
  expected: z.array(z.string()),
})
export type ServerCheckResult = z.infer<typeof serverCheckResult>

/** Opens port 25 of a mail server elsewhere and gives its first line; rejects where it cannot. */
export type Dial = (host: string, port: number) => Promise<string>

/** Top-level names that exist in no public DNS (RFC 6761, RFC 8375 and common habit). */
const PRIVATE_TLDS = new Set(['test', 'example', 'invalid', 'localhost', 'local', 'internal', 'lan', 'home', 'arpa'])

export function isPrivateName(name: string): boolean {
  return PRIVATE_TLDS.has(name.split('.').at(-1) ?? '')
}

/**
 * What a mail server's name and addresses look like from outside: a full host name, forward DNS that leads to the public
 * addresses, reverse DNS that leads back (forward-confirmed; a PTR of another name is at most attention), and the way out
 * on port 25. A question that nobody answers is `unknown`, never broken.
 */
export async function checkServer(
  settings: ServerSettings,
  world: { dns: Dns; dial: Dial | null },
): Promise<ServerCheckResult[]> {
  const { hostName, publicAddresses } = settings
  if (hostName === null) return []
  const [forward, reverse, port25] = await Promise.all([
    checkForward(world.dns, hostName, publicAddresses),
    Promise.all(publicAddresses.map((address) => checkReverse(world.dns, hostName, address))),
    checkPort25(settings, world),
  ])
  return [checkName(hostName), forward, ...reverse, port25]
}

function checkName(hostName: string): ServerCheckResult {
  const result = { check: 'hostName' as const, subject: hostName, found: [hostName], expected: [] as string[] }
  if (hostName.split('.').length < 3) return { ...result, level: 'attention', code: 'bareDomain' }
  if (isPrivateName(hostName)) return { ...result, level: 'attention', code: 'privateName' }
  return { ...result, level: 'ok', code: 'full' }
}

interface Addresses {
  values: string[]
  isUnknown: boolean
}

function valuesOf(answer: DnsAnswer, type: QueryType): Addresses {
  if (answer.status === 'temperror' || answer.status === 'referral') return { values: [], isUnknown: true }
  const records = answer.status === 'answer' ? answer.records : []
  return { values: records.filter((record) => record.type === type).map((record) => record.value), isUnknown: false }
}

async function addressesOf(dns: Dns, name: string): Promise<Addresses> {
  const [four, six] = await Promise.all(
    (['A', 'AAAA'] as const).map(async (type) => valuesOf(await resolve(dns, name, type), type)),
  )
  return {
    values: [...(four?.values ?? []), ...(six?.values ?? [])],
    isUnknown: (four?.isUnknown ?? true) || (six?.isUnknown ?? true),
  }
}

async function checkForward(dns: Dns, hostName: string, publicAddresses: string[]): Promise<ServerCheckResult> {
  const { values: found, isUnknown } = await addressesOf(dns, hostName)
  const result = { check: 'forward' as const, subject: hostName, found, expected: publicAddresses }
  const missing = publicAddresses.filter((address) => !found.some((value) => isSameAddress(value, address)))
  const extra = found.filter((value) => !publicAddresses.some((address) => isSameAddress(value, address)))
  if (missing.length === 0 && extra.length === 0) return { ...result, level: 'ok', code: 'same' }
  if (isUnknown) return { ...result, level: 'unknown', code: 'noAnswer' }
  if (found.length === 0) return { ...result, level: 'broken', code: 'none' }
  const code = missing.length > 0 ? 'missing' : 'extra'
  return { ...result, level: missing.length > 0 ? 'broken' : 'attention', code }
}

async function checkReverse(dns: Dns, hostName: string, address: string): Promise<ServerCheckResult> {
  const { values, isUnknown } = valuesOf(await resolve(dns, reverseName(address), 'PTR'), 'PTR')
  const found = values.map((value) => value.replace(/\.$/, '').toLowerCase())
  const result = { check: 'reverse' as const, subject: address, found, expected: [hostName] }
  if (found.includes(hostName)) return { ...result, level: 'ok', code: 'same' }
  if (isUnknown) return { ...result, level: 'unknown', code: 'noAnswer' }
  if (found.length === 0) return { ...result, level: 'broken', code: 'none' }
  for (const name of found.slice(0, 5)) {
    const back = await addressesOf(dns, name)
    if (back.values.some((value) => isSameAddress(value, address)))
      return { ...result, level: 'attention', code: 'otherName' }
    if (back.isUnknown) return { ...result, level: 'unknown', code: 'noAnswer' }
  }
  return { ...result, level: 'broken', code: 'unconfirmed' }
}

/** Tries the mail server of the postmaster's own address: a place that this server must be able to write to anyway. */
async function checkPort25(
  { publicAddresses, postmasterAddress }: ServerSettings,
  { dns, dial }: { dns: Dns; dial: Dial | null },
): Promise<ServerCheckResult> {
  const domain = postmasterAddress?.split('@').at(-1) ?? ''
  const result = { check: 'port25' as const, subject: domain, found: [] as string[], expected: [] as string[] }
  const untried = { ...result, level: 'unknown' as const, code: 'notTried' }
  if (!dial || domain === '' || isPrivateName(domain) || !publicAddresses.some(isGlobalAddress)) return untried
  const mx = valuesOf(await resolve(dns, domain, 'MX'), 'MX')
    .values.map((value) => /^(\d+)\s+(\S+?)\.?$/.exec(value))
    .filter((match) => match !== null)
    .sort((one, other) => Number(one[1]) - Number(other[1]))
  const host = mx[0]?.[2]
  if (!host) return untried
  const addresses = (await addressesOf(dns, host)).values.filter(isGlobalAddress)
  const target = addresses[0]
  if (!target || addresses.some((value) => publicAddresses.some((own) => isSameAddress(own, value)))) return untried
  try {
    const greeting = await dial(target, 25)
    const isServer = greeting.startsWith('220')
    return {
      ...result,
      subject: host,
      level: isServer ? 'ok' : 'attention',
      code: isServer ? 'open' : 'strange',
      found: [greeting],
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return { ...result, subject: host, level: 'broken', code: 'blocked', found: [words.slice(0, 200)] }
  }
}
