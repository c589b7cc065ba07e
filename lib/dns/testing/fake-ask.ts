import type { Ask, DnsAnswer } from '@/lib/dns/answer'
import { quoteStrings } from '@/lib/dns/character-strings'

type Said = string[] | DnsAnswer

/** TTL and negative TTL of everything a fake server says. */
export const TTL_SECONDS = 60
export const NEGATIVE_TTL_SECONDS = 30

/** An answer of these values, as a server of ours would give it. */
export function answerOf(name: string, type: string, values: readonly string[], ttlSeconds = TTL_SECONDS): DnsAnswer {
  const records = values.map((value) => ({
    name,
    type,
    ttlSeconds,
    value,
    rdata:
      type === 'TXT' ? quoteStrings([value.slice(0, 255), ...(value.length > 255 ? [value.slice(255)] : [])]) : value,
  }))
  return { status: 'answer', records, soa: null, isAuthentic: false }
}

/**
 * A world of servers by address: what each says to `name type`; any other question is answered that there is nothing, in
 * `zone`. A server that is not there is silent. `log` collects the questions as `address mode name type`.
 */
export function fakeAsk(zone: string, servers: Record<string, Record<string, Said>>, log: string[] = []): Ask {
  const soa = { zone, negativeTtlSeconds: NEGATIVE_TTL_SECONDS }
  return (server, name, type, mode) => {
    log.push(`${server.address} ${mode} ${name} ${type}`)
    const said = servers[server.address]
    if (!said) return Promise.resolve({ status: 'temperror', reason: 'timeout', words: 'silent' })
    const what = said[`${name} ${type}`]
    if (!what) return Promise.resolve({ status: 'nxdomain', soa, isAuthentic: false })
    if (!Array.isArray(what)) return Promise.resolve(what)
    const answer = answerOf(name, type, what)
    return Promise.resolve(type === 'SOA' ? { ...answer, soa } : answer)
  }
}
