import { expect, test } from 'vitest'
import type { CheckedKey } from '@/lib/checks/check'
import { DKIM_CHECKS, dkimFamily } from '@/lib/checks/dkim'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'

const key: CheckedKey = {
  id: 'a',
  selector: 's1',
  state: 'active',
  algorithm: 'rsa-sha256',
  bits: 2048,
  publicKey: 'AAAA',
  flags: [],
  createdAt: new Date('2026-10-01'),
  activatedAt: new Date('2026-10-02'),
  retiredAt: null,
}
const NAME = 's1._domainkey.example.test TXT'

async function levels(records: Record<string, string[] | null>, keys: CheckedKey[] = [key]) {
  const results = await dkimFamily.run(fakeWorld(records), checkedDomain({ keys }))
  expect(new Set(results.map((one) => one.check))).toEqual(new Set(Object.keys(DKIM_CHECKS)))
  return Object.fromEntries(
    results.filter((one) => !['ok', 'none'].includes(one.level)).map((one) => [one.check, one.level]),
  )
}

test.each([
  ['as it should be, the zone not signed', 'v=DKIM1; k=rsa; p=AA AA', { 'dkim.insecure': 'info' }],
  ['another key', 'v=DKIM1; k=rsa; p=BBBB', { 'dkim.mismatch': 'broken', 'dkim.insecure': 'info' }],
  ['revoked', 'v=DKIM1; p=', { 'dkim.revoked': 'broken', 'dkim.insecure': 'info' }],
  ['another kind of key', 'v=DKIM1; k=ed25519; p=AAAA', { 'dkim.mismatch': 'broken', 'dkim.insecure': 'info' }],
  [
    'test mode, strict',
    'v=DKIM1; t=y:s; p=AAAA',
    { 'dkim.test-mode': 'attention', 'dkim.strict': 'info', 'dkim.insecure': 'info' },
  ],
  ['not for sha256', 'v=DKIM1; h=sha1; p=AAAA', { 'dkim.restricted': 'broken', 'dkim.insecure': 'info' }],
  ['not for mail', 'v=DKIM1; s=tlsrpt; p=AAAA', { 'dkim.restricted': 'broken', 'dkim.insecure': 'info' }],
  ['the version not first', 'p=AAAA; v=DKIM1', { 'dkim.syntax': 'broken' }],
  ['a tag twice', 'v=DKIM1; p=AAAA; p=AAAA', { 'dkim.syntax': 'broken' }],
  ['some other text', 'hello', { 'dkim.record': 'broken' }],
])('a record: %s', async (_, text, expected) => {
  expect(await levels({ [NAME]: [text] })).toEqual(expected)
})

test('two keys at one name, none, or nobody to ask', async () => {
  expect(await levels({ [NAME]: ['v=DKIM1; p=AAAA', 'v=DKIM1; p=BBBB'] })).toEqual({ 'dkim.several': 'broken' })
  expect(await levels({})).toEqual({ 'dkim.record': 'broken' })
  expect(new Set(Object.values(await levels({ [NAME]: null })))).toEqual(new Set(['unknown']))
})

test('a retiring key whose record is gone is no alarm', async () => {
  const good = { [NAME]: ['v=DKIM1; p=AAAA'] }
  const retiring = { ...key, id: 'b', selector: 's0', state: 'retiring' as const, retiredAt: new Date('2026-11-20') }
  expect(await levels(good, [key, retiring])).toEqual({ 'dkim.record': 'attention', 'dkim.insecure': 'info' })
})

test('a short or old key, one alone of a new kind, none at all', async () => {
  const good = { [NAME]: ['v=DKIM1; p=AAAA'] }
  expect(await levels(good, [{ ...key, bits: 1024, activatedAt: new Date('2026-01-01') }])).toMatchObject({
    'dkim.strength': 'attention',
    'dkim.age': 'attention',
  })
  const ed = { ...key, algorithm: 'ed25519-sha256', bits: 256 }
  expect(await levels({ [NAME]: ['v=DKIM1; k=ed25519; p=AAAA'] }, [ed])).toMatchObject({ 'dkim.strength': 'attention' })
  expect(await levels({}, [])).toEqual({ 'dkim.active': 'broken' })
  expect(await levels({}, [{ ...key, state: 'published' }])).toEqual({ 'dkim.active': 'waiting' })
})

test('under a selector that is used again stands the next key, and nothing is left over', async () => {
  const old = { ...key, id: 'b', state: 'removed' as const, retiredAt: new Date('2026-08-01') }
  const older = { ...old, id: 'c' }
  expect(await levels({ [NAME]: ['v=DKIM1; k=rsa; p=AAAA'] }, [key, old, older])).toEqual({ 'dkim.insecure': 'info' })
})

test('what a retired key left in DNS is told after a month', async () => {
  const old = { ...key, selector: 'old', state: 'removed' as const, retiredAt: new Date('2026-08-01') }
  const records = { [NAME]: ['v=DKIM1; p=AAAA'], 'old._domainkey.example.test TXT': ['v=DKIM1; p='] }
  expect(await levels(records, [key, old])).toMatchObject({ 'dkim.left-over': 'info' })
})
