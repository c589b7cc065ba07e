import { expect, test } from 'vitest'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { planDelivery, type Hold, type LineChange, type PlanInput } from '@/lib/nodes/plan-delivery'

const line = (map: string, after: string | null, more: Partial<LineChange> = {}): LineChange => ({
  map,
  domain: 'example.test',
  key: 'anna@example.test',
  before: null,
  after,
  release: 5n,
  isNew: true,
  ...more,
})
const hashOf = (...lines: [string, string][]) =>
  updateHash(
    EMPTY_HASH,
    lines.map(([key, value]) => ({ key, before: null, after: value })),
  )
const input = (more: Partial<PlanInput>): PlanInput => ({
  roles: ['smtp'],
  changes: [],
  holds: [],
  hashes: new Map(),
  homeOf: () => ({ name: 'imap1', confirmedRelease: 4n }),
  ...more,
})
const stored = new Map([['smtp/mailboxes\0example.test', hashOf(['anna@example.test', 'id/'])]])

test('a line that rests on an imap node waits for it, and the node is expected to lack it', () => {
  const changes = [line('smtp/mailboxes', 'id/'), line('smtp/access', '550 5.1.1 Gone')]
  const plan = planDelivery(input({ changes, hashes: stored }))
  expect(plan.hold).toEqual([
    expect.objectContaining({ map: 'smtp/mailboxes', appliedValue: null, reason: 'waits:imap1' }),
  ])
  expect(plan.send.map((change) => change.map)).toEqual(['smtp/access'])
})

test('it goes once the imap node has confirmed, with the hash of all', () => {
  const hold: Hold = {
    map: 'smtp/mailboxes',
    domain: 'example.test',
    key: 'anna@example.test',
    appliedValue: null,
    reason: 'waits:imap1',
    words: '',
  }
  const changes = [line('smtp/mailboxes', 'id/', { isNew: false })]
  const homeOf = () => ({ name: 'imap1', confirmedRelease: 5n })
  const plan = planDelivery(input({ changes, holds: [hold], hashes: stored, homeOf }))
  expect(plan.hold).toEqual([])
  expect(plan.send).toEqual([
    {
      map: 'smtp/mailboxes',
      domain: 'example.test',
      mode: 'delta',
      puts: [['anna@example.test', 'id/']],
      deletes: [],
      hash: stored.get('smtp/mailboxes\0example.test'),
    },
  ])
})

test('another line of the map goes at once, with the hash less what is held', () => {
  const held = line('smtp/mailboxes', 'id/')
  const removal = line('smtp/mailboxes', null, { key: 'bob@example.test', before: 'old/' })
  const plan = planDelivery(input({ changes: [held, removal], hashes: stored }))
  expect(plan.send).toEqual([expect.objectContaining({ deletes: ['bob@example.test'], puts: [], hash: EMPTY_HASH })])
})

test('nothing waits for taking away, nor on a node that is its own home', () => {
  expect(planDelivery(input({ changes: [line('smtp/aliases', null, { before: 'x@y.test' })] })).hold).toEqual([])
  expect(planDelivery(input({ changes: [line('smtp/aliases', 'x@y.test')], homeOf: () => undefined })).hold).toEqual([])
})

test('what a node refused waits for something new in that domain', () => {
  const hold: Hold = {
    map: 'smtp/aliases',
    domain: 'example.test',
    key: 'anna@example.test',
    appliedValue: 'old@x.test',
    reason: 'refused',
    words: 'no',
  }
  const old = line('smtp/aliases', 'new@x.test', { isNew: false, before: 'old@x.test', release: 3n })
  expect(planDelivery(input({ changes: [old], holds: [hold] }))).toMatchObject({ send: [], hold: [hold] })
  const news = line('smtp/access', '550 5.1.1 Gone', { key: 'b@example.test' })
  const plan = planDelivery(input({ changes: [old, news], holds: [hold] }))
  expect(plan.hold).toEqual([])
  expect(plan.send.map((change) => change.map)).toEqual(['smtp/access', 'smtp/aliases'])
})

test('what a node refused is tried again when a line of that domain need not wait any more', () => {
  const refused: Hold = {
    ...{ map: 'smtp/access', domain: 'example.test', key: 'b@example.test' },
    ...{ appliedValue: null, reason: 'refused', words: 'no' },
  }
  const waiting: Hold = {
    ...refused,
    map: 'smtp/mailboxes',
    key: 'anna@example.test',
    reason: 'waits:imap1',
    words: '',
  }
  const changes = [
    line('smtp/access', '550 5.1.1 Gone', { key: 'b@example.test', isNew: false }),
    line('smtp/mailboxes', 'id/', { isNew: false }),
  ]
  const homeOf = () => ({ name: 'imap1', confirmedRelease: 5n })
  const plan = planDelivery(input({ changes, holds: [refused, waiting], homeOf }))
  expect(plan.hold).toEqual([])
  const before = planDelivery(input({ changes, holds: [refused, waiting] }))
  expect(before.send).toEqual([])
  expect(before.hold).toEqual([refused, expect.objectContaining({ key: waiting.key, reason: 'waits:imap1' })])
})

test('a map of another role is not sent', () => {
  expect(planDelivery(input({ roles: ['imap'], changes: [line('smtp/aliases', 'x@y.test')] })).send).toEqual([])
})

test('a change that was taken back before it was delivered sends nothing', () => {
  expect(planDelivery(input({ changes: [line('smtp/senders', null)] })).send).toEqual([])
})
