import { expect, test } from 'vitest'
import { BIMI_CHECKS, bimiFamily } from '@/lib/checks/bimi'
import type { CheckFamily, DomainFacts } from '@/lib/checks/check'
import { CLIENTS_CHECKS, clientsFamily } from '@/lib/checks/clients'
import { MTA_STS_CHECKS, mtaStsFamily } from '@/lib/checks/mta-sts'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { TLS_RPT_CHECKS, tlsRptFamily } from '@/lib/checks/tls-rpt'
import { parseDnsPolicy } from '@/lib/dns/policy'

type World = Parameters<typeof fakeWorld>
const policy = parseDnsPolicy({ mtaSts: { mode: 'enforce', id: 'a1' }, bimi: null })

async function levels(family: CheckFamily<DomainFacts>, table: object, world: World, facts: Partial<DomainFacts> = {}) {
  const results = await family.run(fakeWorld(...world), checkedDomain({ policy, ...facts }))
  expect(new Set(results.map((one) => one.check))).toEqual(new Set(Object.keys(table)))
  return Object.fromEntries(
    results.filter((one) => !['ok', 'none'].includes(one.level)).map((one) => [one.check, one.level]),
  )
}

const URL = 'https://mta-sts.example.test/.well-known/mta-sts.txt'
const RECORDS = { '_mta-sts.example.test TXT': ['v=STSv1; id=a1'], 'example.test MX': ['10 mx1.example.test.'] }
const text = (mode: string, mx = 'mx1.example.test', maxAge = 1_209_600) =>
  `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: ${maxAge}\r\n`
const served = (more: object): World => [RECORDS, { documents: { [URL]: { text: text('enforce'), ...more } } }]

test.each([
  ['as it should be', served({}), {}],
  ['testing', served({ text: text('testing') }), { 'mta-sts.mode': 'info' }],
  [
    'a mail server that it does not name',
    served({ text: text('enforce', 'mx2.example.test') }),
    { 'mta-sts.hosts': 'broken' },
  ],
  [
    'the same while testing',
    served({ text: text('testing', 'mx2.example.test') }),
    { 'mta-sts.hosts': 'attention', 'mta-sts.mode': 'info' },
  ],
  ['a short life', served({ text: text('enforce', 'mx1.example.test', 86_400) }), { 'mta-sts.max-age': 'attention' }],
  ['a redirect', served({ code: 301, location: 'https://example.test/' }), { 'mta-sts.fetch': 'broken' }],
  [
    'HTML',
    served({ contentType: 'text/html', text: '<html>' }),
    { 'mta-sts.type': 'attention', 'mta-sts.policy': 'broken' },
  ],
  ['nobody', [RECORDS] as World, { 'mta-sts.fetch': 'broken' }],
  [
    'an old id',
    [{ ...RECORDS, '_mta-sts.example.test TXT': ['v=STSv1; id=a0'] }, served({})[1]] as World,
    { 'mta-sts.stale': 'attention' },
  ],
  ['no record', [{}] as World, { 'mta-sts.record': 'attention' }],
  [
    'two records',
    [{ ...RECORDS, '_mta-sts.example.test TXT': ['v=STSv1; id=a1', 'v=STSv1; id=a2'] }] as World,
    { 'mta-sts.several': 'broken' },
  ],
])('MTA-STS: %s', async (_, world, expected) => {
  expect(await levels(mtaStsFamily, MTA_STS_CHECKS, world)).toEqual(expected)
})

test('MTA-STS: where nobody answers for the record, nothing is wrong', async () => {
  const found = await levels(mtaStsFamily, MTA_STS_CHECKS, [{ '_mta-sts.example.test TXT': null }])
  expect(new Set(Object.values(found))).toEqual(new Set(['unknown']))
})

test('TLS-RPT: none, ours, somebody else’s, malformed', async () => {
  const name = '_smtp._tls.example.test TXT'
  const run = (found?: string[]) => levels(tlsRptFamily, TLS_RPT_CHECKS, [found ? { [name]: found } : {}])
  expect(await run()).toEqual({ 'tls-rpt.record': 'info' })
  expect(await run(['v=TLSRPTv1; rua=mailto:postmaster@example.test'])).toEqual({})
  expect(await run(['v=TLSRPTv1; rua=https://tls.example.net/'])).toEqual({ 'tls-rpt.reports-here': 'attention' })
  expect(await run(['v=TLSRPTv1; rua=postmaster'])).toEqual({ 'tls-rpt.syntax': 'broken' })
  expect(await run(['v=TLSRPTv1; rua=mailto:a@b.test', 'v=TLSRPTv1; rua=mailto:c@d.test'])).toEqual({
    'tls-rpt.several': 'broken',
  })
})

test('BIMI: nobody needs it; what stands there is judged', async () => {
  const name = 'default._bimi.example.test TXT'
  const logo = 'https://example.test/logo.svg'
  const dmarc = { '_dmarc.example.test TXT': ['v=DMARC1; p=reject; rua=mailto:a@example.test'] }
  const svg = '<svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg"><title>A</title></svg>'
  const run = (records: Record<string, string[]>, body = svg) =>
    levels(bimiFamily, BIMI_CHECKS, [records, { documents: { [logo]: { text: body } } }])
  expect(await run({})).toEqual({})
  expect(await run({ [name]: [`v=BIMI1; l=${logo}`], ...dmarc })).toEqual({})
  expect(await run({ [name]: [`v=BIMI1; l=${logo}`] })).toEqual({ 'bimi.dmarc': 'attention' })
  expect(await run({ [name]: [`v=BIMI1; l=${logo}`], ...dmarc }, svg.replace('tiny-ps', 'full'))).toEqual({
    'bimi.logo-form': 'attention',
  })
  expect(await run({ [name]: ['v=BIMI1; l=http://example.test/a.svg'], ...dmarc })).toEqual({
    'bimi.syntax': 'attention',
  })
})

test('clients: what programs look for is there, elsewhere, or missing, and none of it is an alarm', async () => {
  const wanted = [
    { name: '_imaps._tcp.example.test', type: 'SRV' as const, value: '0 1 993 mx1.example.test.' },
  ] as unknown as DomainFacts['wanted']
  const documents = {
    'https://autoconfig.example.test/mail/config-v1.1.xml': { text: '<clientConfig version="1.1"/>' },
    'https://autodiscover.example.test/autodiscover/autodiscover.xml': { code: 405 },
  }
  const run = (value: string | null, more = documents) =>
    levels(
      clientsFamily,
      CLIENTS_CHECKS,
      [value === null ? {} : { '_imaps._tcp.example.test SRV': [value] }, { documents: more }],
      { wanted },
    )
  expect(await run('5 0 993 mx1.example.test.')).toEqual({})
  expect(await run('0 1 993 old.example.test.')).toEqual({ 'clients.srv': 'attention' })
  expect(await run(null, {} as typeof documents)).toEqual({
    'clients.srv': 'info',
    'clients.autoconfig': 'info',
    'clients.autodiscover': 'info',
  })
})
