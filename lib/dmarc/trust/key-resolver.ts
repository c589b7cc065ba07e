import 'server-only'
import type { DNSResolver } from 'mailauth'
import { resolve, type Dns } from '@/lib/dns/resolver'

const NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/i
const MOST_NAMES = 1_000

function failure(code: string, words: string): Error {
  return Object.assign(new Error(words), { code })
}

/**
 * Our DNS as mailauth asks it for keys: TXT alone, each name once as long as the resolver lives. Rejects with ENOTFOUND or
 * ENODATA where there is none, else with ETIMEOUT: nothing is known.
 */
export function keyResolver(dns: Dns): DNSResolver {
  const known = new Map<string, Promise<string[][]>>()
  return (name, type) => {
    if (type !== 'TXT' || name.length > 253 || !NAME.test(name))
      return Promise.reject(failure('ENOTFOUND', 'no name of a key'))
    const asked = known.get(name) ?? askForText(dns, name)
    if (known.size < MOST_NAMES) known.set(name, asked)
    return asked
  }
}

async function askForText(dns: Dns, name: string): Promise<string[][]> {
  const answer = await resolve(dns, name, 'TXT')
  switch (answer.status) {
    case 'answer':
      return answer.records.map(({ value }) => [value])
    case 'nxdomain':
      throw failure('ENOTFOUND', `${name} does not exist`)
    case 'nodata':
    case 'alias':
      throw failure('ENODATA', `${name} has no text`)
    case 'referral':
      throw failure('ETIMEOUT', 'the resolver does not resolve')
    case 'temperror':
      throw failure('ETIMEOUT', answer.words)
  }
}
