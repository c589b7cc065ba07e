import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { openStore } from './store'

describe('the store', () => {
  it('keeps hash and count of every (map, domain) through any changes', () => {
    const change = fc.record({
      map: fc.constantFrom('smtp/aliases', 'smtp/mailboxes'),
      domain: fc.constantFrom('a.test', 'b.test'),
      name: fc.constantFrom('ann', 'bob', 'cid'),
      after: fc.option(fc.stringMatching(/^[a-z]{1,8}$/)),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const store = openStore(':memory:')
        for (const { map, domain, name, after } of changes) {
          const key = `${name}@${domain}`
          store.commitIntent([{ map, domain, key, before: store.get(map, domain, key), after }])
        }
        for (const map of ['smtp/aliases', 'smtp/mailboxes']) {
          const all: { key: string; before: null; after: string }[] = []
          for (const domain of ['a.test', 'b.test']) {
            const lines = [...store.entriesOf(map, domain)].map(([key, after]) => ({ key, before: null, after }))
            expect(store.hashOf(map, domain)).toEqual({ hash: updateHash(EMPTY_HASH, lines), count: lines.length })
            all.push(...lines)
          }
          expect(store.totalOf(map)).toEqual({ hash: updateHash(EMPTY_HASH, all), count: all.length })
        }
        store.close()
      }),
      { numRuns: 50 },
    )
  })

  it('shows a map as it is after each step of an open intent', () => {
    const store = openStore(':memory:')
    const line = { map: 'smtp/aliases', domain: 'a.test' }
    store.commitIntent([
      { ...line, key: 'ann@a.test', before: null, after: 'old@a.test' },
      { ...line, key: 'bob@a.test', before: null, after: 'bob@a.test' },
    ])
    store.openIntent(
      [
        { ...line, step: 3, key: 'ann@a.test', before: 'old@a.test', after: 'new@a.test' },
        { ...line, step: 5, key: 'bob@a.test', before: 'bob@a.test', after: null },
      ],
      [],
    )
    const at = (step: number) =>
      Object.fromEntries([...store.eachAt('smtp/aliases', step)].map(({ key, value }) => [key, value]))
    expect(at(2)).toEqual({ 'ann@a.test': 'old@a.test', 'bob@a.test': 'bob@a.test' })
    expect(at(3)).toEqual({ 'ann@a.test': 'new@a.test', 'bob@a.test': 'bob@a.test' })
    expect(at(5)).toEqual({ 'ann@a.test': 'new@a.test' })
    store.close()
  })
})
