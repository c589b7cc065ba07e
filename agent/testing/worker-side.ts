import { createHash } from 'node:crypto'
import { updateHash } from '@/lib/agent-protocol/hash'
import { PROTOCOL, type DeliverRequest, type MapChange } from '@/lib/agent-protocol/messages'
import type { UserValue } from '@/lib/agent-protocol/maps'

/** The lines that a worker means a node to have, with the hashes that go with them. */
export function createWorkerSide() {
  const maps = new Map<string, Map<string, string>>()
  const linesOf = (map: string, domain: string) => {
    const name = `${map} ${domain}`
    const lines = maps.get(name) ?? new Map<string, string>()
    maps.set(name, lines)
    return lines
  }
  const hashOf = (map: string, domain: string) =>
    updateHash(
      '0'.repeat(64),
      [...linesOf(map, domain)].map(([key, after]) => ({ key, before: null, after })),
    )

  return {
    linesOf,
    hashOf,
    /** Every (map, domain) that was ever spoken of. */
    pairs: () => [...maps.keys()].map((name) => name.split(' ') as [map: string, domain: string]),
    /** Changes one (map, domain) as a worker does: null deletes. */
    delta(map: string, domain: string, changes: Record<string, string | null>): MapChange {
      const lines = linesOf(map, domain)
      const puts: [string, string][] = []
      const deletes: string[] = []
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) {
          lines.delete(key)
          deletes.push(key)
        } else {
          lines.set(key, value)
          puts.push([key, value])
        }
      }
      return { map, domain, mode: 'delta', puts, deletes, hash: hashOf(map, domain) }
    },
    full: (map: string, domain: string): MapChange => ({
      map,
      domain,
      mode: 'full',
      puts: [...linesOf(map, domain)],
      deletes: [],
      hash: hashOf(map, domain),
    }),
  }
}
export type WorkerSide = ReturnType<typeof createWorkerSide>

export function request(
  release: number,
  changes: MapChange[],
  keys: Record<string, string> = {},
  epoch = 0,
): DeliverRequest {
  return { protocol: PROTOCOL, epoch, release: String(release), auditHead: 'a'.repeat(64), changes, keys }
}

/** An opaque mailbox id made of a name. */
export const storageId = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 20)

export function user(
  name: string,
  password: string | null = '{PLAIN}secret-word',
  services: UserValue['services'] = ['imap', 'lmtp'],
) {
  const value: UserValue = { home: storageId(name), format: 'maildir', quotaBytes: 1_000_000, services, password }
  return JSON.stringify(value)
}

/** What a domain with these mailboxes is made of. */
export function domainWith(side: WorkerSide, domain: string, names: string[]): MapChange[] {
  const addresses = names.map((name) => `${name}@${domain}`)
  return [
    side.delta('smtp/domains', domain, { [domain]: 'hosted' }),
    side.delta('smtp/homes', domain, { [domain]: 'lmtp:inet:127.0.0.1:2424' }),
    side.delta('smtp/mailboxes', domain, Object.fromEntries(addresses.map((one) => [one, `${storageId(one)}/`]))),
    side.delta('smtp/senders', domain, Object.fromEntries(addresses.map((one) => [one, one]))),
    side.delta('imap/users', domain, Object.fromEntries(addresses.map((one) => [one, user(one)]))),
  ]
}
