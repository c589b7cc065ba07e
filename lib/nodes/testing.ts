import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import {
  PROTOCOL,
  type DeliverAnswer,
  type DeliverRequest,
  type DomainAnswer,
  type HashesAnswer,
  type MapChange,
  type ReloadAnswer,
  type StatusAnswer,
} from '@/lib/agent-protocol/messages'
import { AgentClient, AgentUnavailable } from '@/lib/nodes/agent-client'
import { pairId } from '@/lib/nodes/plan-delivery'

type Lines = Map<string, string>

/** A node in memory that keeps to the agent's protocol, for tests: what it refuses and reloads is given. */
export class MemoryAgent extends AgentClient {
  /** What the node holds, by `map NUL domain`. */
  readonly pairs = new Map<string, Lines>()
  /** Every delivery asked for, answered or not, with its time in ms. */
  readonly asked: { at: number; changes: MapChange[] }[] = []
  isDown = false
  /** Words with which a domain is refused that would become these lines; null where it is taken. */
  refuse: (domain: string, get: (map: string, key: string) => string | undefined) => string | null = () => null
  reloads: () => ReloadAnswer[] = () => []
  private release = '0'
  private epoch = 0

  constructor() {
    super({ agentUrl: 'https://127.0.0.1:1', agentFingerprint: '' }, '')
  }

  override status(): Promise<StatusAnswer> {
    if (this.isDown) return Promise.reject(new AgentUnavailable('down'))
    const empty = { versions: {}, daemons: [], diskFreeBytes: 0, queueSize: null }
    const position = { epoch: this.epoch, release: this.release }
    return Promise.resolve({ protocol: PROTOCOL, node: 'test', roles: ['smtp'], hostName: '', ...position, ...empty })
  }

  override hashes(): Promise<HashesAnswer> {
    const hashes = [...this.pairs].map(([pair, lines]): [string, string, string] => {
      const [map = '', domain = ''] = pair.split('\0')
      return [map, domain, hashOf(lines)]
    })
    return Promise.resolve({ epoch: this.epoch, release: this.release, hashes })
  }

  override deliver({ epoch, release, changes }: Omit<DeliverRequest, 'protocol'>): Promise<DeliverAnswer> {
    this.asked.push({ at: performance.now(), changes })
    if (this.isDown) return Promise.reject(new AgentUnavailable('down'))
    const domains = [...Map.groupBy(changes, ({ domain }) => domain)].map(([domain, own]) => this.take(domain, own))
    this.epoch = epoch
    this.release = release
    return Promise.resolve({ protocol: PROTOCOL, epoch, release, domains, reloads: this.reloads(), stages: {} })
  }

  get(map: string, domain: string, key: string): string | undefined {
    return this.pairs.get(pairId({ map, domain }))?.get(key)
  }

  private take(domain: string, changes: readonly MapChange[]): DomainAnswer {
    const after = new Map(changes.map((change) => [pairId(change), this.outcome(change)]))
    const answer = { domain, maps: changes.map(({ map }) => map), words: '' }
    if (changes.some((change) => hashOf(this.outcome(change)) !== change.hash)) return { ...answer, state: 'mismatch' }
    const words = this.refuse(domain, (map, key) => {
      const pair = pairId({ map, domain })
      return (after.get(pair) ?? this.pairs.get(pair))?.get(key)
    })
    if (words !== null) return { ...answer, state: 'refused', words }
    for (const [pair, lines] of after) this.pairs.set(pair, lines)
    return { ...answer, state: 'applied' }
  }

  private outcome({ map, domain, mode, puts, deletes }: MapChange): Lines {
    const lines: Lines = new Map(mode === 'full' ? [] : this.pairs.get(pairId({ map, domain })))
    for (const [key, value] of puts) lines.set(key, value)
    for (const key of deletes) lines.delete(key)
    return lines
  }
}

function hashOf(lines: Lines): string {
  return updateHash(
    EMPTY_HASH,
    [...lines].map(([key, value]) => ({ key, before: null, after: value })),
  )
}
