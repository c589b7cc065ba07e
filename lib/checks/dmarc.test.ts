import { expect, test } from 'vitest'
import { DMARC_CHECKS, dmarcFamily } from '@/lib/checks/dmarc'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'

const NAME = '_dmarc.example.test TXT'
const MX = { 'example.test MX': ['10 mx.example.test.'] }
const HERE = 'rua=mailto:postmaster@example.test'

async function levels(records: Record<string, string[] | null>, name = 'example.test') {
  const results = await dmarcFamily.run(fakeWorld(records), checkedDomain({ name }))
  expect(new Set(results.map((one) => one.check))).toEqual(new Set(Object.keys(DMARC_CHECKS)))
  return Object.fromEntries(
    results.filter((one) => !['ok', 'none'].includes(one.level)).map((one) => [one.check, one.level]),
  )
}

test.each([
  ['a whole one', `v=DMARC1; p=reject; ${HERE}`, {}],
  ['nothing asked for yet', `v=DMARC1; p=none; ${HERE}`, { 'dmarc.policy': 'info' }],
  ['sub-domains weaker', `v=DMARC1; p=reject; sp=none; ${HERE}`, { 'dmarc.subdomains': 'attention' }],
  [
    'test mode and strict',
    `v=DMARC1; p=reject; t=y; adkim=s; ${HERE}`,
    { 'dmarc.test': 'info', 'dmarc.strict': 'info' },
  ],
  ['tags that are gone', `v=DMARC1; p=reject; pct=50; ${HERE}!10m`, { 'dmarc.obsolete': 'info' }],
  ['a tag nobody knows', `v=DMARC1; p=reject; x=1; ${HERE}`, { 'dmarc.unknown-tags': 'info' }],
  ['a value nobody knows', `v=DMARC1; p=reject; adkim=x; ${HERE}`, { 'dmarc.syntax': 'attention' }],
  ['no policy, with reports', `v=DMARC1; ${HERE}`, { 'dmarc.policy-missing': 'attention' }],
  ['no reports', 'v=DMARC1; p=reject', { 'dmarc.reports': 'attention' }],
  ['unreadable', 'v=DMARC1; p=reject; p=none', { 'dmarc.syntax': 'broken' }],
])('a record: %s', async (_, text, expected) => {
  expect(await levels({ [NAME]: [text], ...MX })).toEqual(expected)
})

test('none, two, one at the apex, or nobody to ask', async () => {
  expect(await levels({})).toEqual({ 'dmarc.record': 'attention' })
  expect(await levels({ [NAME]: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] })).toEqual({ 'dmarc.several': 'broken' })
  expect(
    await levels({ 'example.test TXT': ['v=DMARC1; p=none'], [NAME]: [`v=DMARC1; p=reject; ${HERE}`], ...MX }),
  ).toEqual({
    'dmarc.apex': 'attention',
  })
  expect(new Set(Object.values(await levels({ [NAME]: null })))).toEqual(new Set(['unknown']))
})

test('reports to another organization need its permission and its mail servers', async () => {
  const text = 'v=DMARC1; p=reject; rua=mailto:dmarc@reports.example.net,mailto:postmaster@example.test'
  const records = { [NAME]: [text], ...MX }
  expect(await levels(records)).toEqual({ 'dmarc.permission': 'attention', 'dmarc.reports-mx': 'attention' })
  const given = {
    ...records,
    'example.test._report._dmarc.reports.example.net TXT': ['v=DMARC1;'],
    'reports.example.net MX': ['10 mx.example.net.'],
  }
  expect(await levels(given)).toEqual({})
})

test('the record of the organization above applies to a sub-domain', async () => {
  const above = { '_dmarc.example.test TXT': ['v=DMARC1; p=reject; rua=mailto:postmaster@mail.example.test'] }
  const mx = { 'mail.example.test MX': ['10 mx.example.test.'] }
  expect(await levels({ ...above, ...mx }, 'mail.example.test')).toEqual({ 'dmarc.reports-here': 'attention' })
})
