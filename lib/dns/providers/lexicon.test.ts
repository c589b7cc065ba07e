import { describe, expect, test } from 'vitest'
import { lexiconProvider } from '@/lib/dns/providers/lexicon'
import { lexiconWords, type LexiconRun, type RunLexicon } from '@/lib/dns/providers/run-lexicon'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const ZONE = 'zone.test'
const SECRET = 'a very secret token'
const dns = { ask: fakeAsk('test', {}), resolvers: [] }

interface Shown {
  type: string
  name: string
  content: string
  ttl: number
}

/** A service that keeps records as lexicon shows them. `fail` says which calls end badly. */
class FakeService {
  records: Shown[] = []
  calls: string[] = []
  settings: Readonly<Record<string, string>> = {}
  fail: (action: string) => LexiconRun | null = () => null

  readonly run: RunLexicon = (args, settings) => {
    this.settings = settings
    const action = args[3] ?? ''
    const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
    this.calls.push(`${action} ${option('content') ?? ''}`.trim())
    const failure = this.fail(action)
    if (failure) return Promise.resolve(failure)
    const name = option('name') ?? ''
    const content = option('content') ?? ''
    const type = args[5] ?? ''
    if (action === 'create') this.records.push({ type, name, content, ttl: Number(option('ttl')) })
    if (action === 'delete') this.records = this.records.filter((record) => record.content !== content)
    const output = action === 'list' ? JSON.stringify(this.records) : 'true'
    return Promise.resolve({ code: 0, output: `${output}\n`, words: '' })
  }

  /** `servers`: what the zone's servers say by address; without any nobody knows who they are. */
  provider(service: string, servers: Record<string, Record<string, string[]>> = {}) {
    const authoritative = Object.keys(servers).map((address) => ({ address, port: 53 }))
    const soa = ['ns.zone.test. root.zone.test. 1 1 1 1 1']
    const said = Object.entries(servers).map(([address, sets]) => [address, { [`${ZONE} SOA`]: soa, ...sets }] as const)
    const world =
      authoritative.length > 0
        ? { ask: fakeAsk(ZONE, Object.fromEntries<Record<string, string[]>>(said)), resolvers: [] }
        : dns
    const config = { service, zone: ZONE, ttlSeconds: 60, authoritative }
    return lexiconProvider(config, JSON.stringify({ auth_token: SECRET }), world, this.run)
  }
}

const shown = (content: string): Shown => ({ type: 'TXT', name: ZONE, content, ttl: 300 })
const SPF: RrsetToPublish = {
  name: ZONE,
  type: 'TXT',
  ttlSeconds: 60,
  rows: [{ purpose: 'spf', value: 'v=spf1 ip4:192.0.2.1 ~all' }],
}
const OLD = 'v=spf1 include:x.test -all'
const NEW = 'v=spf1 ip4:192.0.2.1 include:x.test -all'

describe('publishing through lexicon', () => {
  test('gives credentials by the environment alone', async () => {
    const service = new FakeService()
    await publishRrset(service.provider('gandi'), ZONE, SPF)
    expect(service.settings).toEqual({ LEXICON_GANDI_AUTH_TOKEN: SECRET, LEXICON_GANDI_API_PROTOCOL: 'rest' })
    expect(service.calls.join(' ')).not.toContain(SECRET)
  })

  test('takes the old away only when the new is listed', async () => {
    const service = new FakeService()
    service.records = [shown('"site=1"'), shown(`"${OLD}"`)]
    expect(await publishRrset(service.provider('ovh'), ZONE, SPF)).toEqual({ status: 'published', words: '' })
    expect(service.calls.filter((call) => !call.startsWith('list'))).toEqual([`create ${NEW}`, `delete "${OLD}"`])
    expect(service.records.map(({ content }) => content)).toEqual(['"site=1"', NEW])
  })

  test('takes nothing away where what was written does not show', async () => {
    const service = new FakeService()
    service.records = [shown(OLD)]
    service.fail = (action) => (action === 'create' ? { code: 0, output: 'true\n', words: '' } : null)
    expect(await publishRrset(service.provider('ovh'), ZONE, SPF)).toMatchObject({ status: 'refused' })
    expect(service.records.map(({ content }) => content)).toEqual([OLD])
  })

  test('says that a change was left half way, and goes on from there the next time', async () => {
    const service = new FakeService()
    service.records = [shown(OLD)]
    const refusal = { code: 1, output: '', words: 'HTTPError: 500 Server Error' }
    service.fail = (action) => (action === 'delete' ? refusal : null)
    const provider = service.provider('ovh')
    const live = await provider.read(ZONE, ZONE, 'TXT')
    if (live.status !== 'read') throw new Error(live.words)
    const change = { name: ZONE, type: 'TXT' as const, ttlSeconds: 60, live, remove: [OLD], add: [NEW] }
    expect(await provider.change(ZONE, change)).toEqual({ status: 'temperror', words: refusal.words })
    expect(service.records.map(({ content }) => content)).toEqual([OLD, NEW])
    service.fail = () => null
    service.calls = []
    expect(await provider.change(ZONE, change)).toEqual({ status: 'done' })
    expect(service.calls.filter((call) => !call.startsWith('list'))).toEqual([`delete ${OLD}`])
  })

  test('writes nothing where the list is not as it was read', async () => {
    const service = new FakeService()
    service.records = [shown(OLD)]
    const provider = service.provider('ovh')
    const live = await provider.read(ZONE, ZONE, 'TXT')
    if (live.status !== 'read') throw new Error(live.words)
    service.records.push(shown('theirs'))
    const change = { name: ZONE, type: 'TXT' as const, ttlSeconds: 60, live, remove: [OLD], add: [NEW] }
    expect(await provider.change(ZONE, change)).toMatchObject({ status: 'changed' })
    expect(service.records).toHaveLength(2)
  })

  test.each([
    ['an empty list', [], [OLD]],
    ['a list that lacks one', [shown('site=1')], ['site=1', OLD]],
  ])('does not believe %s where DNS serves more', async (_what, records, served) => {
    const service = new FakeService()
    service.records = records
    const provider = service.provider('ovh', { '192.0.2.53': { [`${ZONE} TXT`]: served } })
    expect(await publishRrset(provider, ZONE, SPF)).toEqual({
      status: 'temperror',
      words: `the service does not list what DNS serves: ${OLD}`,
    })
    expect(service.calls.every((call) => call.startsWith('list'))).toBe(true)
  })

  test('believes a list that DNS follows later: by all servers, by one of them, or at the next reading', async () => {
    const service = new FakeService()
    service.records = [shown('site=1'), shown(OLD)]
    const late = { '192.0.2.53': { [`${ZONE} TXT`]: [OLD, 'site=1'] } }
    const provider = service.provider('ovh', late)
    expect(await publishRrset(provider, ZONE, SPF)).toEqual({ status: 'published', words: '' })
    expect(await publishRrset(provider, ZONE, SPF)).toEqual({ status: 'unchanged', words: '' })
    const half = service.provider('ovh', { ...late, '192.0.2.54': { [`${ZONE} TXT`]: [NEW, 'site=1'] } })
    expect(await publishRrset(half, ZONE, SPF)).toEqual({ status: 'unchanged', words: '' })
  })

  test('what a wildcard answers is not missing from the list', async () => {
    const service = new FakeService()
    const name = `_dmarc.${ZONE}`
    const sets = { [`${name} TXT`]: ['theirs'], [`*.${ZONE} TXT`]: ['theirs'] }
    const provider = service.provider('ovh', { '192.0.2.53': sets })
    expect(await provider.read(ZONE, name, 'TXT')).toMatchObject({ status: 'read', records: [], isWildcard: true })
  })

  test('leaves a name alone whose other texts it would write back broken', async () => {
    const service = new FakeService()
    service.records = [shown('part one " "part two'), shown(OLD)]
    expect(await publishRrset(service.provider('gandi'), ZONE, SPF)).toMatchObject({ status: 'refused' })
    expect(service.calls.every((call) => call.startsWith('list'))).toBe(true)
  })

  test('does not take types that lexicon does not know', () => {
    expect(new FakeService().provider('ovh').takes('CAA')).toBe(false)
  })

  test.each([
    ['requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://x.test', 'refused'],
    ['requests.exceptions.HTTPError: 429 Client Error: Too Many Requests', 'temperror'],
    ['requests.exceptions.ConnectionError: no route', 'temperror'],
  ])('a call that ends with "%s" is %s', async (words, status) => {
    const service = new FakeService()
    service.fail = () => ({ code: 1, output: '', words })
    expect(await publishRrset(service.provider('ovh'), ZONE, SPF)).toEqual({ status, words })
  })

  test('an MX goes with its preference apart where the service wants it so', async () => {
    const service = new FakeService()
    const mx: RrsetToPublish = { ...SPF, type: 'MX', rows: [{ purpose: 'mx', value: '10 mx.test.' }] }
    await publishRrset(service.provider('porkbun'), ZONE, mx)
    expect(service.calls).toContain('create mx.test.')
    await publishRrset(service.provider('ovh'), ZONE, { ...mx, name: `a.${ZONE}` })
    expect(service.calls).toContain('create 10 mx.test.')
  })
})

test('words hold no credential, plain or in an address', () => {
  const said = 'Traceback…\nHTTPError: 400 for url: https://x.test/?key=a%20very%20secret%20token&t=a very secret token'
  expect(lexiconWords(said, [SECRET])).toBe('HTTPError: 400 for url: https://x.test/?key=…&t=…')
})
