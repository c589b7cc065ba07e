import { expect, test } from 'vitest'
import type { Look } from '@/lib/checks/look'
import { discoverDmarc, walkNames } from '@/lib/dmarc/discover'

const world = (records: Record<string, string | string[] | null>) => {
  const asked: string[] = []
  const txt = (name: string): Promise<Look> => {
    asked.push(name)
    const found = records[name.replace(/^_dmarc\./, '')]
    if (found === null) return Promise.resolve({ status: 'unknown', words: 'timeout' })
    if (found === undefined) return Promise.resolve({ status: 'absent' })
    return Promise.resolve({ status: 'found', values: [found].flat(), ttlSeconds: 60, isAuthentic: false })
  }
  return { asked, txt }
}

test('names of the walk: the domain and its parents, eight at most, a long one jumps to seven labels', () => {
  expect(walkNames('a.mail.example.com')).toEqual(['a.mail.example.com', 'mail.example.com', 'example.com', 'com'])
  expect(walkNames('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
    'a.b.c.d.e.f.g.h.i.j.mail.example.com',
    'g.h.i.j.mail.example.com',
    'h.i.j.mail.example.com',
    'i.j.mail.example.com',
    'j.mail.example.com',
    'mail.example.com',
    'example.com',
    'com',
  ])
})

test.each([
  ['the record with the fewest labels', { 'example.com': 'v=DMARC1; p=none' }, 'example.com', 'example.com'],
  [
    'a record of its own applies, the organization is above it',
    { 'mail.example.com': 'v=DMARC1; p=reject', 'example.com': 'v=DMARC1; p=none' },
    'example.com',
    'mail.example.com',
  ],
  [
    'psd=n ends the walk',
    { 'mail.example.com': 'v=DMARC1; p=reject; psd=n', 'example.com': 'v=DMARC1; p=none' },
    'mail.example.com',
    'mail.example.com',
  ],
  ['psd=y: one label below it', { com: 'v=DMARC1; p=reject; psd=y' }, 'example.com', 'com'],
  ['nothing anywhere', {}, 'mail.example.com', null],
  [
    'two records count as none',
    { 'mail.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
    'mail.example.com',
    null,
  ],
])('%s', async (_, records, organization, policyAt) => {
  const found = await discoverDmarc('mail.example.com', world(records).txt)
  expect(found).toMatchObject({ status: 'done', organization, policyAt })
})

test('a name that cannot be learned leaves everything open', async () => {
  expect(await discoverDmarc('example.com', world({ com: null }).txt)).toEqual({ status: 'unknown', words: 'timeout' })
})
