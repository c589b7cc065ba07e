import type { Gate } from '@/lib/checks/gate'
import type { Ask, DnsAnswer } from '@/lib/dns/answer'
import { formatServer, type Dns } from '@/lib/dns/resolver'

/**
 * The same DNS for one run: each question is asked once, also where several ask it at the same time, and passes the gate.
 * An authoritative server at an address that is not allowed is not asked: whoever writes NS records chooses that address.
 */
export function rememberDns({ ask, resolvers }: Dns, gate: Gate, isAllowed: (address: string) => boolean): Dns {
  const answers = new Map<string, Promise<DnsAnswer>>()
  const remembered: Ask = (server, name, type, mode) => {
    if (mode === 'authoritative' && !isAllowed(server.address)) {
      const words = `${server.address} is not a public address`
      return Promise.resolve({ status: 'temperror', reason: 'unreachable', words })
    }
    const key = `${formatServer(server)} ${mode} ${type} ${name.toLowerCase()}`
    const known = answers.get(key)
    if (known) return known
    const answer = gate(() => ask(server, name, type, mode))
    answers.set(key, answer)
    return answer
  }
  return { ask: remembered, resolvers }
}
