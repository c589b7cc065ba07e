import type { CheckWorld, Fetched } from '@/lib/checks/world'
import type { DomainFacts } from '@/lib/checks/check'
import { fixedAuthority } from '@/lib/dns/authority'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { answerOf } from '@/lib/dns/testing/fake-ask'

const SERVER = { address: '192.0.2.53', port: 53 }
const nobody = { status: 'unreachable' as const, words: 'nobody is there' }

/**
 * A world for tests of checks: records by `name TYPE` (`null`: nobody answers), documents by URL. What is not given is
 * not there.
 */
export function fakeWorld(
  records: Readonly<Record<string, string[] | null>> = {},
  more: Partial<CheckWorld> & {
    documents?: Readonly<Record<string, Partial<Extract<Fetched, { status: 'answered' }>>>>
  } = {},
): CheckWorld & { asked: string[] } {
  const asked: string[] = []
  const { documents = {}, ...rest } = more
  return {
    asked,
    now: new Date('2026-11-22T12:00:00Z'),
    dns: {
      resolvers: [SERVER],
      ask: (_server, name, type) => {
        asked.push(`${name} ${type}`)
        const values = records[`${name} ${type}`]
        if (values === null) return Promise.resolve({ status: 'temperror', reason: 'timeout', words: 'silent' })
        return Promise.resolve(
          values === undefined
            ? { status: 'nxdomain', soa: { zone: 'test', negativeTtlSeconds: 60 }, isAuthentic: false }
            : answerOf(name, type, values),
        )
      },
    },
    authority: (name) => Promise.resolve({ status: 'found', authority: fixedAuthority(name, [SERVER]) }),
    smtp: () => Promise.resolve(nobody),
    tls: () => Promise.resolve({ status: 'failed', words: 'nobody is there' }),
    connect: () => Promise.resolve({ isOpen: false, words: 'nobody is there' }),
    fetch: (url) => {
      const found = documents[url]
      if (!found) return Promise.resolve({ ...nobody, isTls: false })
      const plain = { code: 200, contentType: 'text/plain', location: null, text: '' }
      return Promise.resolve({ status: 'answered', ...plain, ...found })
    },
    isAllowed: () => true,
    ...rest,
  }
}

/** A hosted domain for tests of checks; what a test is about is given. */
export function checkedDomain(facts: Partial<DomainFacts> = {}): DomainFacts {
  return {
    id: '00000000-0000-7000-8000-000000000001',
    name: 'example.test',
    kind: 'hosted',
    policy: parseDnsPolicy({}),
    wanted: [],
    keys: [],
    nodes: [],
    reportAddress: 'postmaster@example.test',
    reports: { silentDays: null, stopped: [] },
    unchecked: [],
    ...facts,
  }
}
