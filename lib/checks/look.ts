import { isIP } from 'node:net'
import type { CheckWorld } from '@/lib/checks/world'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import { askAuthority } from '@/lib/dns/authority'
import { resolve } from '@/lib/dns/resolver'

/** What is known of a name and type. `unknown` is never a failure: nobody answered. */
export type Look =
  | { status: 'found'; values: string[]; ttlSeconds: number; isAuthentic: boolean }
  | { status: 'absent' }
  | { status: 'unknown'; words: string }

/** The values that were found, none where nothing was. */
export function valuesOf(found: Look): string[] {
  return found.status === 'found' ? found.values : []
}

function read(answer: DnsAnswer): Look {
  switch (answer.status) {
    case 'answer': {
      const ttlSeconds = Math.max(...answer.records.map((record) => record.ttlSeconds))
      const values = answer.records.map((record) => record.value)
      return { status: 'found', values, ttlSeconds, isAuthentic: answer.isAuthentic }
    }
    case 'nodata':
    case 'nxdomain':
      return { status: 'absent' }
    case 'alias':
      // An alias whose end nobody gave: what stands there is another zone's.
      return { status: 'absent' }
    case 'referral':
      return { status: 'unknown', words: `passed on to ${answer.zone}` }
    case 'temperror':
      return { status: 'unknown', words: `${answer.reason}: ${answer.words}` }
  }
}

/** Asks the resolvers, as any other mail server would. For names that are not ours to publish. */
export async function look(world: CheckWorld, name: string, type: QueryType): Promise<Look> {
  return read(await resolve(world.dns, name, type))
}

/**
 * Asks the servers of the name's own zone, so that no cache learns of the absence of what may come any minute (MAIL rule
 * 31); the resolvers only where those do not answer or where an alias leads elsewhere.
 */
export async function lookAtZone(world: CheckWorld, domain: string, name: string, type: QueryType): Promise<Look> {
  const found = await world.authority(domain)
  if (found.status === 'temperror') return look(world, name, type)
  const answers = await askAuthority(world.dns, found.authority, name, type)
  const known = answers.map(({ answer }) => answer).find((answer) => answer.status !== 'temperror')
  return !known || known.status === 'alias' || known.status === 'referral' ? look(world, name, type) : read(known)
}

/** The addresses of a host, both families; what could not be learned is left out and said. */
export async function lookUpHost(world: CheckWorld, host: string): Promise<{ addresses: string[]; unknown: string[] }> {
  if (isIP(host) !== 0) return { addresses: [host], unknown: [] }
  const answers = await Promise.all([look(world, host, 'A'), look(world, host, 'AAAA')])
  return {
    addresses: answers.flatMap((answer) => (answer.status === 'found' ? answer.values : [])),
    unknown: answers.flatMap((answer) => (answer.status === 'unknown' ? [answer.words] : [])),
  }
}
