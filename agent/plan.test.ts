import { createHash, generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { NodeRole } from '@/lib/agent-protocol/maps'
import type { MapChange } from '@/lib/agent-protocol/messages'
import { planDomain } from './plan'
import { openStore, type Store } from './store'
import { createWorkerSide, domainWith, user, type WorkerSide } from './testing/worker-side'

const BOTH: NodeRole[] = ['smtp', 'imap']
const ID = '11111111-1111-4111-8111-111111111111'
const OTHER_ID = '22222222-2222-4222-8222-222222222222'

const makeKey = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const pem = makeKey(1024)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

let store: Store
let side: WorkerSide
beforeEach(() => {
  store = openStore(':memory:')
  side = createWorkerSide()
})

function plan(domain: string, changes: MapChange[], keys: Record<string, string> = {}, roles = BOTH) {
  return planDomain(store, roles, domain, changes, keys)
}
function hold(domain: string, changes: MapChange[], keys: Record<string, string> = {}) {
  const planned = plan(domain, changes, keys)
  if (planned.state !== 'planned') throw new Error(planned.words)
  store.commitIntent(planned.operations)
}
const words = (outcome: ReturnType<typeof plan>) => (outcome.state === 'planned' ? '' : outcome.words)

describe('what a node refuses', () => {
  it.each([
    [
      'a map that is not on the list',
      { map: 'smtp/pipes', domain: 'a.test', key: 'a.test', value: 'x' },
      'no such map',
    ],
    [
      'a key of another domain',
      { map: 'smtp/mailboxes', domain: 'a.test', key: 'ann@b.test', value: 'aaaaaaaaaaaaaaaaaaaa/' },
      'is not allowed in a.test',
    ],
    [
      'a program as a target',
      { map: 'smtp/aliases', domain: 'a.test', key: 'ann@a.test', value: '|/bin/sh' },
      'value of ann@a.test is not allowed',
    ],
    [
      'a file as a target',
      { map: 'smtp/aliases', domain: 'a.test', key: 'ann@a.test', value: '/etc/passwd' },
      'is not allowed',
    ],
    [
      'a second line in a value',
      { map: 'smtp/aliases', domain: 'a.test', key: 'ann@a.test', value: 'x@b.test\nroot@b.test y@b.test' },
      'is not allowed',
    ],
    [
      'a key that would be a comment',
      { map: 'smtp/aliases', domain: 'a.test', key: '#ann@a.test', value: 'x@b.test' },
      'is not allowed',
    ],
    [
      'another transport',
      { map: 'smtp/homes', domain: 'a.test', key: 'a.test', value: 'pipe:flags=R user=root' },
      'is not allowed',
    ],
    [
      'a password that would end a column',
      { map: 'imap/users', domain: 'a.test', key: 'ann@a.test', value: user('ann', "{PLAIN}a b'") },
      'is not allowed',
    ],
    [
      'a domain name with a path in it',
      { map: 'smtp/domains', domain: '../etc', key: '../etc', value: 'hosted' },
      'wrong domain',
    ],
  ])('%s', (_, { map, domain, key, value }, reason) => {
    expect(words(plan(domain, [side.delta(map, domain, { [key]: value })]))).toContain(reason)
  })

  it('maps of a role that the node does not have', () => {
    const change = side.delta('smtp/domains', 'a.test', { 'a.test': 'hosted' })
    expect(words(plan('a.test', [change], {}, ['imap']))).toContain('does not belong on a node of role imap')
  })

  it('aliases, senders and routes of a domain that it does not host', () => {
    for (const [map, value] of [
      ['smtp/aliases', 'x@b.test'],
      ['smtp/senders', 'x@b.test'],
    ] as const)
      expect(words(plan('bank.test', [side.delta(map, 'bank.test', { 'ann@bank.test': value })]))).toContain(
        'is not a domain of this server',
      )
    const home = side.delta('smtp/homes', 'bank.test', { 'bank.test': 'lmtp:inet:127.0.0.1:2424' })
    expect(words(plan('bank.test', [home]))).toContain('is not a domain of this server')
  })

  it('taking a domain away while its aliases stay', () => {
    hold('a.test', domainWith(side, 'a.test', ['ann']))
    expect(words(plan('a.test', [side.delta('smtp/domains', 'a.test', { 'a.test': null })]))).toContain('smtp/senders')
  })

  it('the same key or the same map twice', () => {
    const once = side.delta('smtp/mailboxes', 'a.test', { 'ann@a.test': 'aaaaaaaaaaaaaaaaaaaa/' })
    expect(words(plan('a.test', [once, once]))).toBe('a map is named twice')
    const twice = { ...once, puts: [...once.puts, ...once.puts] }
    expect(words(plan('a.test', [twice]))).toContain('a key is named twice')
    expect(words(plan('a.test', [{ ...once, deletes: ['ann@a.test'] }]))).toContain('a key is named twice')
  })
})

const makeEd25519 = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

describe('private keys', () => {
  const signing = (domain: string, id: string, text: string) => [
    side.delta('dkim/keys', domain, { [id]: sha256(text) }),
    side.delta('dkim/keytable', domain, { [id]: `${domain}:s1` }),
    side.delta('dkim/signingtable', domain, { [`*@${domain}`]: id }),
  ]

  it('are taken with the tables that name them', () => {
    const outcome = plan('a.test', signing('a.test', ID, pem), { [ID]: pem })
    expect(outcome.state === 'planned' && outcome.keys.get(ID)).toBe(pem)
  })

  it.each([
    ['bytes that did not come', {}, 'did not come with it'],
    ['bytes of another key', { [ID]: makeKey(1024) }, 'is not the one that its entry names'],
  ])('are refused for %s', (_, keys, reason) => {
    expect(words(plan('a.test', signing('a.test', ID, pem), keys))).toContain(reason)
  })

  it.each([
    ['is too short', makeKey(768), 'fewer than 1024'],
    ['is of another kind than its entry says', makeEd25519(), 'its entry says rsa'],
    ['is not a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 'cannot be read'],
    ['has a second block', `${pem}${pem}`, 'not one PEM block'],
  ])('are refused when one %s', (_, text, reason) => {
    expect(words(plan('a.test', signing('a.test', ID, text), { [ID]: text }))).toContain(reason)
  })

  it('of Ed25519 have a signing table of their own, and neither table takes a key of the other kind', () => {
    const text = makeEd25519()
    const entry = `ed25519:${sha256(text)}`
    const lines = (table: string, value = entry) => [
      side.delta('dkim/keys', 'a.test', { [ID]: value }),
      side.delta('dkim/keytable', 'a.test', { [ID]: 'a.test:s1' }),
      side.delta(table, 'a.test', { '*@a.test': ID }),
    ]
    expect(plan('a.test', lines('dkim/signingtable-ed25519'), { [ID]: text })).toMatchObject({ state: 'planned' })
    side = createWorkerSide()
    expect(words(plan('a.test', lines('dkim/signingtable'), { [ID]: text }))).toContain('which is ed25519')
    side = createWorkerSide()
    const rsa = lines('dkim/signingtable-ed25519', sha256(pem))
    expect(words(plan('a.test', rsa, { [ID]: pem }))).toContain('which is rsa')
  })

  it('of one domain are never those of another', () => {
    hold('a.test', signing('a.test', ID, pem), { [ID]: pem })
    expect(words(plan('b.test', signing('b.test', ID, pem), { [ID]: pem }))).toContain(`key ${ID} belongs to a.test`)
    expect(words(plan('b.test', [side.delta('dkim/keytable', 'b.test', { [OTHER_ID]: 'a.test:s1' })]))).toContain(
      'is not allowed',
    )
  })

  it('are there as long as a table names them', () => {
    hold('a.test', signing('a.test', ID, pem), { [ID]: pem })
    expect(words(plan('a.test', [side.delta('dkim/keys', 'a.test', { [ID]: null })]))).toContain(
      'which is not in dkim/keys',
    )
    side = createWorkerSide()
    expect(words(plan('c.test', [side.delta('dkim/signingtable', 'c.test', { '*@c.test': OTHER_ID })]))).toContain(
      'which is not in dkim/keytable',
    )
  })
})

describe('agreement with the worker', () => {
  it('asks for the full state where the outcome is not the promised one, and names the maps', () => {
    hold('a.test', domainWith(side, 'a.test', ['ann']))
    const elsewhere = createWorkerSide()
    const change = elsewhere.delta('smtp/mailboxes', 'a.test', { 'bob@a.test': 'aaaaaaaaaaaaaaaaaaaa/' })
    expect(plan('a.test', [change])).toMatchObject({ state: 'mismatch', maps: ['smtp/mailboxes'] })
    expect(plan('a.test', [elsewhere.full('smtp/mailboxes', 'a.test')])).toMatchObject({
      state: 'planned',
      operations: [
        { key: 'bob@a.test', after: 'aaaaaaaaaaaaaaaaaaaa/' },
        { key: 'ann@a.test', after: null },
      ],
    })
  })

  it('refuses a full state that does not add up, so that nobody asks for it for ever', () => {
    const change = { ...side.full('smtp/mailboxes', 'a.test'), hash: 'f'.repeat(64) }
    expect(plan('a.test', [change])).toMatchObject({ state: 'refused' })
  })

  it('takes a domain of 150,000 mailboxes in one piece', () => {
    const lines = Array.from({ length: 150_000 }, (_, index) => [`u${index}@a.test`, 'aaaaaaaaaaaaaaaaaaaa/'] as const)
    const outcome = plan('a.test', [side.delta('smtp/mailboxes', 'a.test', Object.fromEntries(lines))])
    expect(outcome.state === 'planned' && outcome.operations.length).toBe(150_000)
  }, 30_000)

  it('finds nothing to do in what is already so', () => {
    const changes = domainWith(side, 'a.test', ['ann'])
    hold('a.test', changes)
    expect(plan('a.test', changes)).toMatchObject({ state: 'planned', operations: [] })
  })
})
