import { expect, test } from 'vitest'
import type { DomainFacts, NodeFacts } from '@/lib/checks/check'
import { mxFamily } from '@/lib/checks/mx'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { runFamily } from '@/lib/checks/testing/run-family'
import { parseDnsPolicy } from '@/lib/dns/policy'

const node: NodeFacts = checkedNode({ hostName: 'mx1.posthouse.org', publicAddresses: ['9.9.9.10'] })
const ours = { 'mx1.posthouse.org A': ['9.9.9.10'] }
const other = { 'mx.elsewhere.net A': ['8.8.8.8'] }
const parked = parseDnsPolicy({ isParked: true })
const later = parseDnsPolicy({ mx: 'later' })

async function lines(
  mx: string[] | null,
  records: Record<string, string[] | null> = {},
  facts: Partial<DomainFacts> = {},
) {
  const world = fakeWorld({ ...(mx?.length !== 0 && { 'example.test MX': mx }), ...ours, ...records })
  return (await runFamily(mxFamily, world, checkedDomain({ nodes: [node], ...facts }))).lines
}

test('finds nothing wrong with a domain whose mail comes to us', async () => {
  expect(await lines(['10 mx1.posthouse.org.'])).toEqual([
    ...['mx.address mx1.posthouse.org ok fine', 'mx.cname mx1.posthouse.org ok', 'mx.duplicates ok fine'],
    ...['mx.literal ok fine', 'mx.missing ok', 'mx.ours ok fine', 'mx.preference ok fine'],
  ])
})

test('a mail server of another name at our address is ours', async () => {
  expect(await lines(['10 mail.example.test.'], { 'mail.example.test A': ['9.9.9.10'] })).toContain('mx.ours ok fine')
})

test('no MX is broken, but not while mail is to stay elsewhere', async () => {
  expect(await lines([])).toEqual(['mx.missing broken'])
  expect(await lines([], {}, { policy: later })).toEqual(['mx.missing info'])
})

test('nobody who answers is never a failure', async () => {
  const said = await lines(null)
  expect(new Set(said.map((line) => line.split(' ')[1]))).toEqual(new Set(['unknown']))
  const silent = { 'mx.elsewhere.net A': null, 'mx.elsewhere.net AAAA': null, 'mx.elsewhere.net CNAME': null }
  const unknown = await lines(['10 mx.elsewhere.net.'], silent)
  expect(unknown).toContain('mx.ours unknown none')
  expect(unknown).toContain('mx.address mx.elsewhere.net unknown none')
  expect(unknown.filter((line) => line.includes('broken'))).toEqual([])
})

test.each<[string, string[], Record<string, string[]>, string[]]>([
  ['an address in place of a name', ['10 192.0.2.1.'], {}, ['mx.literal 192.0.2.1 broken']],
  [
    'an alias',
    ['10 mail.example.test.'],
    { 'mail.example.test CNAME': ['mx1.posthouse.org.'], 'mail.example.test A': ['9.9.9.10'] },
    ['mx.cname mail.example.test broken', 'mx.ours ok fine'],
  ],
  ['a host without address', ['10 gone.example.test.'], {}, ['mx.address gone.example.test broken none']],
  [
    'a private address',
    ['10 in.example.test.'],
    { 'in.example.test A': ['10.0.0.1'] },
    ['mx.address in.example.test broken private'],
  ],
  [
    'a private address beside a public one',
    ['10 in.example.test.'],
    { 'in.example.test A': ['10.0.0.1', '8.8.4.4'] },
    ['mx.address in.example.test attention some'],
  ],
  ['all mail elsewhere', ['10 mx.elsewhere.net.'], other, ['mx.ours broken none']],
  [
    'some mail elsewhere, and there first',
    ['10 mx.elsewhere.net.', '20 mx1.posthouse.org.'],
    other,
    ['mx.ours attention some', 'mx.preference attention second'],
  ],
  [
    'some mail elsewhere, here first',
    ['20 mx.elsewhere.net.', '10 mx1.posthouse.org.'],
    other,
    ['mx.ours attention some', 'mx.preference ok fine'],
  ],
  [
    'a filtering gateway',
    ['10 mx0a-1.pphosted.com.', '10 mx0b-1.pphosted.com.'],
    { 'mx0a-1.pphosted.com A': ['8.8.8.8'], 'mx0b-1.pphosted.com A': ['8.8.4.4'] },
    ['mx.ours attention gateway'],
  ],
  [
    'the same host twice',
    ['10 mx1.posthouse.org.', '20 mx1.posthouse.org.'],
    {},
    ['mx.duplicates attention host', 'mx.ours ok fine'],
  ],
  [
    'two names of one server',
    ['10 mx1.posthouse.org.', '20 mail.example.test.'],
    { 'mail.example.test A': ['9.9.9.10'] },
    ['mx.duplicates info address'],
  ],
  ['a null MX that was not meant', ['0 .'], {}, ['mx.missing ok', 'mx.null broken refuses']],
  ['a null MX beside others', ['0 .', '10 mx1.posthouse.org.'], {}, ['mx.null broken mixed', 'mx.ours ok fine']],
])('says what is wrong with %s', async (_what, mx, records, expected) => {
  expect(await lines(mx, records)).toEqual(expect.arrayContaining(expected))
})

test('a domain that moves later is not ours yet, and that is fine', async () => {
  const said = await lines(['10 mx.elsewhere.net.'], other, { policy: later })
  expect(said.filter((line) => /broken|attention/.test(line))).toEqual([])
})

test('a parked domain says that it takes no mail', async () => {
  expect(await lines(['0 .'], {}, { policy: parked })).toEqual(['mx.missing ok', 'mx.null ok fine'])
  expect(await lines([], {}, { policy: parked })).toEqual(['mx.null attention missing'])
  expect(await lines(['10 mx.elsewhere.net.'], other, { policy: parked })).toContain('mx.null attention missing')
})

test.each([
  [['10 mx.elsewhere.net.', '20 mx1.posthouse.org.'], 'ok fine'],
  [['10 mx.elsewhere.net.', '10 mx1.posthouse.org.'], 'attention first'],
  [['10 mx1.posthouse.org.'], 'attention alone'],
])('a backup comes after another: %j', async (mx, expected) => {
  const said = await lines(mx, other, { kind: 'backup_mx' })
  expect(said).toContain(`mx.preference ${expected}`)
  expect(said).toContain('mx.ours ok ' + (mx.length > 1 ? 'some' : 'fine'))
})

test('a node with a private address is a laboratory’s, not broken', async () => {
  const lab = checkedNode({ hostName: 'mx1.posthouse.test', publicAddresses: ['127.1.2.10'] })
  const said = await lines(['10 mx1.posthouse.test.'], { 'mx1.posthouse.test A': ['127.1.2.10'] }, { nodes: [lab] })
  expect(said).toContain('mx.address mx1.posthouse.test info private')
  expect(said.filter((line) => /broken|attention/.test(line))).toEqual([])
})
