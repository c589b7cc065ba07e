import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupSources, type Source, type SourceLine, type SourceWorld } from '@/lib/dmarc/sources/group-sources'
import { KNOWN_SERVICES, serviceOf } from '@/lib/dmarc/sources/known-services'

const WORLD: SourceWorld = {
  domain: 'example.org',
  nodeOf: new Map([['192.0.2.1', 'mx1']]),
  selectors: new Map([
    ['s2', true],
    ['s1', false],
  ]),
  nameOf: new Map([
    ['198.51.100.9', 'mail-9.google.com'],
    ['198.51.100.10', 'list.club.example.net'],
    ['198.51.100.11', 'o1.mail.example.net'],
  ]),
}
const line = (changes: Partial<SourceLine> = {}): SourceLine => ({
  ...{ sourceIp: '192.0.2.1', messages: 10, isDkimAligned: true, isSpfAligned: true, isStopped: false, override: '' },
  headerFrom: 'example.org',
  ...{ dkim: ['pass example.org s2'], spf: 'pass example.org' },
  ...changes,
})
const fails = { isDkimAligned: false, isSpfAligned: false, dkim: [], spf: 'fail example.org' }

test.each<[string, Partial<SourceLine>, Partial<Source>]>([
  ['our node', {}, { key: 'own:mx1', kind: 'own', forwarding: 'no', advice: 'none' }],
  ['our node unsigned', fails, { key: 'own:mx1', advice: 'own-unsigned' }],
  [
    'our node with a key that is gone',
    { dkim: ['pass example.org s1'] },
    { key: 'own:mx1', retiredSelectors: ['s1'], advice: 'retired-key' },
  ],
  [
    'a message of ours that somebody passed on',
    { sourceIp: '198.51.100.9', isSpfAligned: false, spf: 'pass gmail.com' },
    { key: 'forwarder:google', kind: 'forwarder', name: 'Google', forwarding: 'yes', forwardReason: 'our-signature' },
  ],
  [
    'one that its receiver took for a list',
    { ...fails, sourceIp: '198.51.100.10', override: 'mailing_list' },
    { key: 'forwarder:example.net', forwarding: 'yes', forwardReason: 'reporter-says', advice: 'forwarding' },
  ],
  [
    'one whose signature broke on the way',
    { ...fails, sourceIp: '198.51.100.10', dkim: ['fail example.org s2'], spf: 'pass club.example.net' },
    {
      kind: 'unknown',
      name: 'example.net',
      forwarding: 'maybe',
      forwardReason: 'foreign-envelope',
      advice: 'forwarding',
    },
  ],
  [
    'a service that does not sign as us',
    { ...fails, sourceIp: '203.0.113.5', dkim: ['pass sendgrid.net x'], spf: 'pass em1.sendgrid.net' },
    { key: 'service:sendgrid', kind: 'service', name: 'SendGrid', advice: 'sign' },
  ],
  [
    'one whose customers send with their own envelope sender',
    { ...fails, sourceIp: '203.0.113.5', dkim: ['pass mailer.onmicrosoft.com x'] },
    { key: 'service:microsoft-365', advice: 'sign-and-include', include: 'spf.protection.outlook.com' },
  ],
  [
    'a stranger with a name',
    { ...fails, sourceIp: '198.51.100.11' },
    { key: 'unknown:example.net', advice: 'find-out' },
  ],
  ['a stranger without', { ...fails, sourceIp: '203.0.113.7' }, { key: 'unknown:203.0.113.7', name: '203.0.113.7' }],
  [
    'a stranger who writes our selector and does not have our key',
    { ...fails, sourceIp: '203.0.113.7', dkim: ['fail example.org s2'] },
    { kind: 'unknown', forwarding: 'no', advice: 'find-out' },
  ],
])('%s', (_what, changes, expected) => {
  const sources = groupSources([line(changes)], WORLD)
  expect(sources).toHaveLength(1)
  expect(sources[0]).toMatchObject(expected)
})

const NAMED = [
  { match: '198.51.100.9', name: 'Our newsletter', isOurs: true },
  { match: '203.0.113.0/24', name: 'Lab', isOurs: false },
  { match: 'sendgrid.net', name: 'Our newsletter', isOurs: true },
  { match: '192.0.2.1', name: 'Not the node', isOurs: false },
  { match: 'club.example.net', name: 'The club', isOurs: false },
]
test.each<[string, Partial<SourceLine>, Partial<Source>]>([
  ['our node stays our node', {}, { key: 'own:mx1', kind: 'own', isOurs: null }],
  [
    'our signature from an address of ours is not forwarded',
    { sourceIp: '198.51.100.9', isSpfAligned: false, spf: 'pass gmail.com' },
    { key: 'named:ours:Our newsletter', kind: 'named', isOurs: true, forwarding: 'no', advice: 'none' },
  ],
  [
    'a known service that is ours and does not sign as us',
    { ...fails, sourceIp: '198.51.100.20', dkim: ['pass sendgrid.net x'], spf: 'pass em1.sendgrid.net' },
    {
      ...{ key: 'named:ours:Our newsletter', advice: 'named-sign-or-include' },
      ...{ signsAs: ['sendgrid.net'], envelopes: ['em1.sendgrid.net'] },
    },
  ],
  [
    'mail of the service that somebody passed on',
    { ...fails, sourceIp: '198.51.100.20', dkim: ['pass sendgrid.net x'], override: 'forwarded' },
    { kind: 'forwarder', forwarding: 'yes' },
  ],
  [
    'somebody who writes the signature of the service and does not have its key',
    { ...fails, sourceIp: '198.51.100.20', dkim: ['fail news.sendgrid.net x'], spf: 'fail em1.sendgrid.net' },
    { kind: 'service', isOurs: null },
  ],
  [
    'what is not ours',
    { ...fails, sourceIp: '203.0.113.5' },
    { key: 'named:other:Lab', isOurs: false, advice: 'not-ours' },
  ],
  [
    'what is not ours and passes',
    { sourceIp: '203.0.113.5', dkim: ['pass example.org other'] },
    { key: 'named:other:Lab', advice: 'not-ours-passes' },
  ],
  [
    'a forwarder with a name',
    { ...fails, sourceIp: '198.51.100.10', override: 'mailing_list' },
    { key: 'forwarder:named:The club', kind: 'forwarder', name: 'The club', isOurs: false, advice: 'forwarding' },
  ],
])('named: %s', (_what, changes, expected) => {
  const nameOf = new Map([...WORLD.nameOf, ['198.51.100.10', 'list.club.example.net']])
  const sources = groupSources([line(changes)], { ...WORLD, nameOf, named: NAMED })
  expect(sources).toHaveLength(1)
  expect(sources[0]).toMatchObject(expected)
})

test('an address is in one source once, whatever it sent', () => {
  const lines = [line(), line({ ...fails, messages: 2, isStopped: true }), line({ isSpfAligned: false, messages: 3 })]
  expect(groupSources(lines, WORLD)).toMatchObject([
    {
      ...{ key: 'own:mx1', messages: 15, aligned: 13, spfAligned: 10, dkimAligned: 13, stopped: 2 },
      addresses: [{ ip: '192.0.2.1', messages: 15, aligned: 13 }],
    },
  ])
})

test('no message is lost or counted twice', () => {
  const anyLine = fc.record({
    sourceIp: fc.constantFrom('192.0.2.1', '198.51.100.9', '198.51.100.10', '203.0.113.7'),
    messages: fc.integer({ min: 1, max: 1000 }),
    isDkimAligned: fc.boolean(),
    isSpfAligned: fc.boolean(),
    isStopped: fc.boolean(),
    headerFrom: fc.constantFrom('example.org', 'news.example.org'),
    override: fc.constantFrom('', 'forwarded', 'local_policy,mailing_list', 'other'),
    dkim: fc.subarray(['pass example.org s2', 'fail example.org s1', 'pass sendgrid.net x']),
    spf: fc.constantFrom('', 'pass example.org', 'pass club.example.net', 'fail example.org'),
  })
  fc.assert(
    fc.property(fc.array(anyLine), (lines) => {
      const sources = groupSources(lines, WORLD)
      const sum = (of: (source: Source) => number) => sources.reduce((total, source) => total + of(source), 0)
      const whole = lines.reduce((total, { messages }) => total + messages, 0)
      expect(sum(({ messages }) => messages)).toBe(whole)
      expect(sum(({ addresses }) => addresses.reduce((total, { messages }) => total + messages, 0))).toBe(whole)
      expect(new Set(sources.map(({ key }) => key)).size).toBe(sources.length)
    }),
  )
})

test('known services have domains of their own, in lower case', () => {
  const domains = KNOWN_SERVICES.flatMap((service) => service.domains)
  expect(domains.filter((domain) => domain !== domain.toLowerCase())).toEqual([])
  expect(new Set(domains).size).toBe(domains.length)
  expect(serviceOf('a.b.sendgrid.net')?.id).toBe('sendgrid')
  expect(serviceOf('notsendgrid.net')).toBeNull()
})
