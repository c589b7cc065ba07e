import type { Ask, DnsAnswer } from '@/lib/dns/answer'
import type { DnsDeps } from '@/lib/dns/deps'
import { answerOf } from '@/lib/dns/testing/fake-ask'
import { fakeProvider } from '@/lib/dns/testing/fake-provider'

const ZONE = 'test'

interface Cached {
  answer: DnsAnswer
  until: number
}

/**
 * A zone that changes, with its server, resolvers that keep answers as RFC 2308 says, and a clock that a test moves.
 * Updates are written at once.
 */
export class FakeZone {
  readonly records = new Map<string, string[]>()
  readonly log: string[] = []
  now = new Date('2026-11-22T12:00:00Z')
  isSilent = false
  /** Its servers tell the SOA only who asks for that of the zone: that something is not there they say without. */
  omitsSoa = false
  /** The provider answers nothing, DNS does. */
  isProviderDown = false
  private readonly caches = new Map<string, Cached>()

  constructor(
    readonly server: string,
    readonly resolvers: readonly string[],
    private readonly ttlSeconds: number,
    private readonly negativeTtlSeconds: number,
  ) {}

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000)
  }

  private said(name: string, type: string): DnsAnswer {
    const soa = { zone: ZONE, negativeTtlSeconds: this.negativeTtlSeconds }
    const fixed: Record<string, string[]> = { [`${ZONE} NS`]: ['ns.test.'], 'ns.test A': [this.server] }
    const values = fixed[`${name} ${type}`] ?? this.records.get(`${name} ${type}`)
    const [alias] = values ? [] : (this.records.get(`${name} CNAME`) ?? [])
    if (alias !== undefined) return { status: 'alias', target: alias.replace(/\.$/, ''), ttlSeconds: this.ttlSeconds }
    return values && values.length > 0
      ? answerOf(name, type, values, this.ttlSeconds)
      : { status: 'nxdomain', soa, isAuthentic: false }
  }

  private fromCache(resolver: string, name: string, type: string): DnsAnswer {
    const key = `${resolver} ${name} ${type}`
    const kept = this.caches.get(key)
    if (kept && kept.until > this.now.getTime()) return kept.answer
    const answer = this.said(name, type)
    const isThere = answer.status === 'answer' || answer.status === 'alias'
    const seconds = isThere ? this.ttlSeconds : this.negativeTtlSeconds
    this.caches.set(key, { answer, until: this.now.getTime() + seconds * 1000 })
    return answer
  }

  /** What a resolver says now, each step of an alias from its cache where it has it. */
  resolve(resolver: string, name: string, type: string): DnsAnswer {
    const answer = this.fromCache(resolver, name, type)
    return answer.status === 'alias' ? this.resolve(resolver, answer.target, type) : answer
  }

  readonly ask: Ask = ({ address }, name, type, mode) => {
    this.log.push(`${mode} ${name} ${type}`)
    if (this.isSilent) return Promise.resolve({ status: 'temperror', reason: 'timeout', words: 'silent' })
    if (mode === 'recursive') return Promise.resolve(this.resolve(address, name, type))
    const answer = this.said(name, type)
    const isBare = this.omitsSoa && name !== ZONE && answer.status === 'nxdomain'
    return Promise.resolve(isBare ? { ...answer, soa: null } : answer)
  }

  get deps(): DnsDeps {
    return {
      dns: { ask: this.ask, resolvers: this.resolvers.map((address) => ({ address, port: 53 })) },
      clock: () => this.now,
      connect: () => {
        const provider = fakeProvider(ZONE, this.records, { ttlSeconds: this.ttlSeconds })
        const silent = () => Promise.resolve({ status: 'temperror', words: 'down' } as const)
        return this.isProviderDown ? { ...provider, read: silent, change: silent } : provider
      },
    }
  }
}
