import { liveValues, NOTHING_LIVE, type ChangeResult, type Provider } from '@/lib/dns/provider'
import { isInside } from '@/lib/dns/record'

/** Values by `name type`. */
export type FakeRecords = Map<string, string[]>

/** What a bad provider does when it is told to write; each still says that it did. */
export type Fault = 'does nothing' | 'adds only' | 'takes all away'

export interface FakeOptions {
  ttlSeconds?: number
  fault?: Fault
  /** Called before each write: what others do meanwhile. */
  meanwhile?: (records: FakeRecords) => void
  /** Collects writes as `name type`. */
  writes?: string[]
}

/** A provider that keeps its zone in a map which the test can see and change. */
export function fakeProvider(zone: string, records: FakeRecords, options: FakeOptions = {}): Provider {
  const read = (name: string, type: string) => {
    const values = records.get(`${name} ${type}`) ?? []
    return values.length === 0
      ? { ...NOTHING_LIVE, hasAlias: type !== 'CNAME' && (records.get(`${name} CNAME`) ?? []).length > 0 }
      : {
          ...NOTHING_LIVE,
          records: values.map((value) => ({ value, exact: value })),
          ttlSeconds: options.ttlSeconds ?? 60,
        }
  }
  return {
    takes: () => true,
    findZone: (domain) =>
      Promise.resolve(isInside(domain, zone) ? { status: 'found', zone } : { status: 'refused', words: 'not here' }),
    read: (_zone, name, type) => Promise.resolve(read(name, type)),
    tryOut: () => Promise.resolve({ status: 'ok', zones: [zone], words: '' }),
    change: (_zone, { name, type, live, remove, add }): Promise<ChangeResult> => {
      options.meanwhile?.(records)
      const now = liveValues(read(name, type))
      const planned = liveValues(live)
      if (now.length !== planned.length || now.some((value) => !planned.includes(value)))
        return Promise.resolve({ status: 'changed', words: 'changed' })
      options.writes?.push(`${name} ${type}`)
      const { fault } = options
      const stays = fault === 'adds only' ? now : now.filter((value) => !remove.includes(value))
      if (fault === 'takes all away') records.set(`${name} ${type}`, [...add])
      else if (fault !== 'does nothing') records.set(`${name} ${type}`, [...stays, ...add])
      return Promise.resolve({ status: 'done' })
    },
  }
}
