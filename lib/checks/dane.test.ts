import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { daneFamily } from '@/lib/checks/dane'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { seenCertificate, seenSmtp } from '@/lib/checks/testing/seen'
import { matchTlsa } from '@/lib/checks/tlsa'
import type { SmtpDialogue } from '@/lib/checks/world'
import { answerOf } from '@/lib/dns/testing/fake-ask'

const NAME = '_25._tcp.mx1.posthouse.org'
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')
const ours = `3 1 1 ${sha256('key')}`
const next = `3 1 1 ${sha256('next key')}`

async function run(
  tlsa: string[] | null,
  { isSigned = true, said = seenSmtp() }: { isSigned?: boolean; said?: SmtpDialogue } = {},
) {
  const world = fakeWorld({}, { smtp: () => Promise.resolve(said) })
  const records: Record<string, string[] | null> = {
    'mx1.posthouse.org A': ['9.9.9.10'],
    ...(tlsa?.length !== 0 && { [`${NAME} TLSA`]: tlsa }),
  }
  world.dns = {
    resolvers: [{ address: '192.0.2.53', port: 53 }],
    ask: (_server, name, type) => {
      const values = records[`${name} ${type}`]
      if (values === null) return Promise.resolve({ status: 'temperror', reason: 'timeout', words: 'silent' })
      if (!values) return Promise.resolve({ status: 'nodata', soa: null, isAuthentic: isSigned })
      return Promise.resolve({ ...answerOf(name, type, values), isAuthentic: isSigned } as ReturnType<typeof answerOf>)
    },
  }
  return (await runFamily(daneFamily, world, checkedNode())).lines
}

test.each<[string, string[], string[]]>([
  [
    'fits, with the next key’s beside it',
    [ours, next],
    ['dane.rollover ok fine', 'dane.signed ok fine', 'dane.tlsa ok fine'],
  ],
  ['fits alone', [ours], ['dane.rollover info fine', 'dane.signed ok fine', 'dane.tlsa ok fine']],
  ['is of another key', [next], ['dane.rollover info fine', 'dane.signed ok fine', 'dane.tlsa broken differs']],
  [
    'is of a kind that is passed over',
    [`1 1 1 ${sha256('key')}`],
    ['dane.rollover info fine', 'dane.signed ok fine', 'dane.tlsa attention unusable'],
  ],
  ['names an authority', ['2 0 1 ab'], ['dane.rollover info fine', 'dane.signed ok fine', 'dane.tlsa info unjudged']],
  ['is not there', [], ['dane.tlsa info absent']],
])('in a signed zone, a record that %s', async (_what, tlsa, expected) => {
  expect(await run(tlsa)).toEqual(expected)
})

test('without signatures nobody looks: a wrong record is worth attention, none is nothing', async () => {
  expect(await run([next], { isSigned: false })).toEqual([
    ...['dane.rollover info fine', 'dane.signed info fine', 'dane.tlsa attention differs'],
  ])
  expect(await run([], { isSigned: false })).toEqual([])
})

test('what cannot be learned is not known', async () => {
  expect(await run(null)).toContain('dane.tlsa unknown fine')
  expect(await run([ours], { said: { status: 'timeout', words: 'no answer' } })).toContain('dane.tlsa unknown fine')
})

test.each([
  [`3 1 1 ${sha256('key').toUpperCase()}`, 'match'],
  [`3 0 1 ${sha256('certificate')}`, 'match'],
  [`3 1 0 ${Buffer.from('key').toString('hex')}`, 'match'],
  [`3 1 2 ${createHash('sha512').update('key').digest('hex')}`, 'match'],
  [`3 0 1 ${sha256('key')}`, 'differs'],
  ['3 2 1 ab', 'unusable'],
  ['0 0 1 ab', 'unusable'],
])('TLSA %s: %s', (record, match) => {
  expect(matchTlsa(record, seenCertificate())).toBe(match)
})
