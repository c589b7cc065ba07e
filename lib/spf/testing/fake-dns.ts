import type { DnsAnswer } from '@/lib/dns/answer'
import type { Dns } from '@/lib/dns/resolver'

/** What a test's DNS holds, by `name TYPE`: values, or `null` where nobody answers. */
export type FakeRecords = Readonly<Record<string, readonly string[] | null>>

/** DNS of these records and no others; `asked` collects the questions. */
export function fakeDns(records: FakeRecords): Dns & { asked: string[] } {
  const asked: string[] = []
  const say = (question: string, name: string, type: string): DnsAnswer => {
    const values = records[question]
    if (values === null) return { status: 'temperror', reason: 'timeout', words: 'silent' }
    if (values === undefined || values.length === 0) return { status: 'nodata', soa: null, isAuthentic: false }
    const found = values.map((value) => ({ name, type, ttlSeconds: 60, value, rdata: null }))
    return { status: 'answer', records: found, soa: null, isAuthentic: false }
  }
  return {
    asked,
    resolvers: [{ address: '192.0.2.53', port: 53 }],
    ask: (_server, name, type) => {
      const question = `${name} ${type}`
      asked.push(question)
      return Promise.resolve(say(question, name, type))
    },
  }
}
