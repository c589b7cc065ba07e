import { isIP } from 'node:net'
import { canonicalAddress, parseRecordName } from '@/lib/dns/record'
import { reverseName } from '@/lib/settings/addresses'

/** What an administrator calls those that send. */
export interface NamedSource {
  /** Canonical, as {@link parseSourceMatch} gives it. */
  match: string
  name: string
  /** Whether it sends for us. */
  isOurs: boolean
}

/** What of a message can be matched. */
export interface Sender {
  /** Canonical. */
  ip: string
  /** The name of the address that leads back to it. */
  hostName: string | null
  /** Domains that vouched for the message: of signatures that hold, of an envelope sender that passes SPF. */
  domains: readonly string[]
}

/** `place`: by where the mail came from; `content`: by a domain that it carries, which whoever passes it on keeps. */
export interface Named {
  named: NamedSource
  by: 'place' | 'content'
}

export interface SourceMatch {
  kind: 'address' | 'network' | 'domain'
  text: string
}

/** The widest networks that are one sender's; IPv4, IPv6. */
const LEAST_PREFIX = { 4: 8, 6: 16 }
const BITS = { 4: 32, 6: 128 }

type Family = 4 | 6

function familyOf(address: string): Family {
  return isIP(address) === 6 ? 6 : 4
}

function bitsOf(address: string): bigint {
  if (familyOf(address) === 4) return address.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n)
  const nibbles = reverseName(address).split('.').slice(0, 32).reverse()
  return BigInt(`0x${nibbles.join('')}`)
}

/** The first `prefix` bits, the same for every address of a network. */
function headOf(address: string, prefix: number): bigint {
  return bitsOf(address) >> BigInt(BITS[familyOf(address)] - prefix)
}

function addressOf(bits: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_item, at) => ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
  return canonicalAddress(groups.join(':')) ?? groups.join(':')
}

/** An address or a network (RFC 4632, RFC 4291 §2.3) in its one form: `192.0.2.77/24` is 192.0.2.0/24. */
function parseNetwork(text: string): SourceMatch | null {
  const [typed = '', size, ...more] = text.split('/')
  const address = canonicalAddress(typed)
  if (address === null || more.length > 0) return null
  const family = familyOf(address)
  if (size === undefined || size === String(BITS[family])) return { kind: 'address', text: address }
  const prefix = /^\d{1,3}$/.test(size) ? Number(size) : Number.NaN
  if (!(prefix >= LEAST_PREFIX[family] && prefix < BITS[family])) return null
  const first = headOf(address, prefix) << BigInt(BITS[family] - prefix)
  return { kind: 'network', text: `${addressOf(first, family)}/${prefix}` }
}

/**
 * What somebody typed as an address, a network in CIDR form (IPv4 from /8, IPv6 from /16) or a domain of two labels or
 * more, in canonical form; null where it is none of these.
 */
export function parseSourceMatch(typed: string): SourceMatch | null {
  const text = typed.trim()
  const network = parseNetwork(text)
  if (network) return network
  const name = parseRecordName(text.replace(/^\*\./, ''))
  return name?.includes('.') && /\.[a-z][a-z0-9-]*$/.test(name) ? { kind: 'domain', text: name } : null
}

interface Found {
  named: NamedSource
  labels: number
}

function longestOf(domains: readonly string[], byDomain: ReadonlyMap<string, NamedSource>): Found | null {
  let best: Found | null = null
  for (const domain of domains) {
    const labels = domain.split('.')
    for (let at = 0; at < labels.length - 1; at++) {
      const named = byDomain.get(labels.slice(at).join('.'))
      if (!named) continue
      const found = { named, labels: labels.length - at }
      const isBetter =
        best === null || found.labels > best.labels || (found.labels === best.labels && named.match < best.named.match)
      if (isBetter) best = found
      break
    }
  }
  return best
}

/**
 * Finds the name that fits a sender best: its address, then its smallest network, then the longest domain that its host's
 * name or a domain vouching for the message lies in, the host's first where both are as long. A signature that does not
 * hold and an envelope sender that does not pass match nothing: anybody can write them. Pure, the same each time.
 */
export function sourceNamer(names: readonly NamedSource[]): (sender: Sender) => Named | null {
  const byAddress = new Map<string, NamedSource>()
  const byDomain = new Map<string, NamedSource>()
  const networks: { named: NamedSource; family: Family; prefix: number; head: bigint }[] = []
  for (const named of names) {
    const [address = '', size] = named.match.split('/')
    if (size !== undefined)
      networks.push({ named, family: familyOf(address), prefix: Number(size), head: headOf(address, Number(size)) })
    else if (isIP(address) !== 0) byAddress.set(address, named)
    else byDomain.set(address, named)
  }
  networks.sort((a, b) => b.prefix - a.prefix)
  const networkOf = (ip: string) =>
    networks.find(({ family, prefix, head }) => family === isIP(ip) && headOf(ip, prefix) === head)?.named
  const places = new Map<string, NamedSource | null>()
  return ({ ip, hostName, domains }) => {
    const known = places.get(ip)
    const place = known === undefined ? (byAddress.get(ip) ?? networkOf(ip) ?? null) : known
    places.set(ip, place)
    if (place) return { named: place, by: 'place' }
    const byHost = hostName === null ? null : longestOf([hostName], byDomain)
    const byContent = longestOf(domains, byDomain)
    if (byHost && byHost.labels >= (byContent?.labels ?? 0)) return { named: byHost.named, by: 'place' }
    return byContent ? { named: byContent.named, by: 'content' } : null
  }
}
