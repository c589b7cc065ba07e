import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import { answerOf } from '@/lib/dns/testing/fake-ask'
import type { Dns } from '@/lib/dns/resolver'
import { evaluateSpf } from '@/lib/spf/evaluate'

/** The openspf.org suite of RFC 7208, as Debian's package golang-blitiri-go-spf-dev brings it; not ours to hand on. */
const SUITE =
  process.env.POSTHOUSE_SPF_SUITE ?? '/usr/share/gocode/src/blitiri.com.ar/go/spf/testdata/rfc7208-tests.yml'

/** Cases in which we answer otherwise, each with its reason. There is none. */
const EXCEPTIONS: Record<string, string> = {}

interface Scenario {
  description: string
  tests: Record<string, { host: string; mailfrom: string; helo: string; result: string | string[] }>
  zonedata: Record<string, (string | Record<string, unknown>)[]>
}

const NOTHING: DnsAnswer = { status: 'nodata', soa: null, isAuthentic: false }
const FAILED: DnsAnswer = { status: 'temperror', reason: 'timeout', words: 'silent' }

/** The values of one type in the suite's own notation. Data of type SPF is meant as TXT where no TXT stands beside it. */
function valuesOf(entries: readonly (string | Record<string, unknown>)[], type: QueryType): string[] {
  const records = entries.filter((entry) => typeof entry === 'object')
  const hasTxt = records.some((record) => 'TXT' in record)
  const key = type === 'TXT' && !hasTxt ? 'SPF' : type
  return records
    .filter((record) => key in record && record[key] !== 'NONE')
    .map((record) => {
      const data = record[key]
      if (type === 'MX') return (data as [number, string]).join(' ')
      return Array.isArray(data) ? data.join('') : String(data)
    })
}

function zone(scenario: Scenario): Dns {
  const names = new Map(Object.entries(scenario.zonedata).map(([name, entries]) => [name.toLowerCase(), entries]))
  const say = (name: string, type: QueryType, depth = 0): DnsAnswer => {
    const entries = names.get(name.toLowerCase().replace(/\.$/, ''))
    if (!entries) return NOTHING
    const [alias] = valuesOf(entries, 'CNAME')
    if (alias !== undefined) return depth > 8 ? FAILED : say(alias, type, depth + 1)
    const values = valuesOf(entries, type)
    if (values.length > 0) return answerOf(name, type, values)
    const isSilent = entries.some((entry) => entry === 'TIMEOUT' || (typeof entry === 'object' && 'TIMEOUT' in entry))
    const isLoop = entries.some((entry) => typeof entry === 'object' && 'CNAMELOOP' in entry)
    return isSilent || isLoop ? FAILED : NOTHING
  }
  return {
    ask: (_server, name, type) => Promise.resolve(say(name, type)),
    resolvers: [{ address: '192.0.2.53', port: 53 }],
  }
}

const scenarios: Scenario[] = existsSync(SUITE)
  ? parseAllDocuments(readFileSync(SUITE, 'utf8'), { version: '1.1' })
      .map((document) => document.toJS() as Scenario | null)
      .filter((scenario) => scenario !== null)
  : []

const cases = scenarios.flatMap((scenario) =>
  Object.entries(scenario.tests).map(([name, one]) => ({
    name,
    title: `${scenario.description}: ${name}`,
    one,
    scenario,
  })),
)

if (cases.length === 0) test.skip(`the suite of RFC 7208: there is no ${SUITE} (golang-blitiri-go-spf-dev)`)
else {
  test('the suite is whole and its exceptions are of it', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200)
    expect(Object.keys(EXCEPTIONS).filter((name) => !cases.some((one) => one.name === name))).toEqual([])
  })
}

test.each(cases.filter(({ name }) => !(name in EXCEPTIONS)))('$title', async ({ one, scenario }) => {
  const { host, mailfrom, helo, result } = one
  const evaluation = await evaluateSpf(zone(scenario), { address: host, sender: mailfrom, helo })
  expect([result].flat()).toContain(evaluation.result)
})
