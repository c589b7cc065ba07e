import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAddress, refuseEntry } from '@/lib/agent-protocol/maps'
import { createPostmaps, mapLine, POSTFIX_MAPS, type MapLine, type Postmaps, type PostfixMap } from './postmaps'

const DOMAIN = 'a.test'

/** Anything a hostile panel could send, with what is special to a map, a shell and a mail address more often than not. */
const nasty = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('abz09!#$%&\'*+-/=?^_`{|}~.@,:;<>()[]\\" \t\n\r\0\u00a0\u2028é')) }),
  fc.stringMatching(/^[a-z0-9!#$&'*=?^_`{}~.-]{1,20}$/),
)
const key = fc.oneof(
  nasty,
  nasty.map((text) => `${text}@${DOMAIN}`),
  fc.constantFrom(DOMAIN, `@${DOMAIN}`),
)
const value = fc.oneof(
  nasty,
  nasty.map((text) => `${text}@b.test`),
  fc.array(nasty.map((text) => `${text}@b.test`)).map((all) => all.join(',')),
  nasty.map((text) => `550 5.1.1 ${text}`),
  fc.constantFrom('hosted', '0123456789abcdef/', 'lmtp:inet:127.0.0.1:2424', '450 4.2.1 Wait'),
)

describe('lines for Postfix', () => {
  let dir = ''
  let postmaps: Postmaps
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthouse-maps-'))
    postmaps = createPostmaps(join(dir, 'config'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const isAccepted = (map: PostfixMap, line: MapLine) =>
    refuseEntry(['smtp'], map, DOMAIN, line.key, line.value) === null

  it.each(POSTFIX_MAPS)('of %s that are accepted are each exactly one entry, whatever was sent', async (map) => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ key, value }), { minLength: 40, maxLength: 120 }), async (lines) => {
        const wanted = new Map(lines.filter((line) => isAccepted(map, line)).map((line) => [line.key, line.value]))
        accepted += wanted.size
        const built = join(dir, 'built')
        const grown = join(dir, 'grown')
        const entries = [...wanted].map(([name, text]) => ({ key: name, value: text }))
        await postmaps.replace(built, entries)
        await postmaps.replace(grown, [])
        await postmaps.put(grown, entries)
        for (const file of [built, grown]) {
          expect(await postmaps.query(file, [...wanted.keys()])).toEqual(wanted)
          expect(await postmaps.contents(file)).toBe(await postmaps.contents(built))
        }
        await postmaps.remove(grown, [...wanted.keys()])
        expect(await postmaps.query(grown, [...wanted.keys()])).toEqual(new Map())
      }),
      { numRuns: 8, endOnFailure: true },
    )
    expect(accepted).toBeGreaterThan(0)
  })

  it('take every address that the panel may store', async () => {
    const local = fc.stringMatching(/^[a-z0-9!#$&'*=?^_`{}~.-]{1,64}$/)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(local, { minLength: 50, maxLength: 200 }), async (names) => {
        const lines = names
          .map((name) => ({ key: `${name}@${DOMAIN}`, value: `${name}@b.test` }))
          .filter((line) => isAddress(line.key))
        const file = join(dir, 'addresses')
        await postmaps.replace(file, lines)
        expect(
          await postmaps.query(
            file,
            lines.map((line) => line.key),
          ),
        ).toEqual(new Map(lines.map((line) => [line.key, line.value])))
      }),
      { numRuns: 5, endOnFailure: true },
    )
  })

  it.each(['', '#a', 'a b', 'a\nb c', 'a\tb', '"a"', 'é'])('cannot have the key %j', (name) => {
    expect(() => mapLine({ key: name, value: 'x' })).toThrow('unsafe map key')
  })

  it.each(['', ' x', 'x ', 'x\ny z', 'x  y', 'x\u2028y'])('cannot have the value %j', (text) => {
    expect(() => mapLine({ key: 'a', value: text })).toThrow('unsafe map value')
  })

  it('replace an old value and leave the rest', async () => {
    const file = join(dir, 'replaced')
    await postmaps.replace(file, [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    await postmaps.put(file, [{ key: 'a', value: '3' }])
    expect(await postmaps.query(file, ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', '3'],
        ['b', '2'],
      ]),
    )
  })

  it('say in the words of postmap when a map cannot be opened', async () => {
    await expect(postmaps.query(join(dir, 'missing'), ['a'])).rejects.toThrow(
      /open database .*missing\.lmdb: No such file/,
    )
  })
})
