import { expect, test } from 'vitest'
import { formatDnsTable } from '@/cli/dns'
import type { ListedRecord } from '@/lib/dns/queries'

const AT = new Date('2026-11-22T12:00:00Z')

function spf(
  found: string[],
  state: 'ok' | 'different' | 'propagating',
  more: Partial<ListedRecord> = {},
): ListedRecord {
  const value = 'v=spf1 ip4:192.0.2.1 ~all'
  const observation = {
    state,
    checkedAt: AT,
    since: AT,
    waitingUntil: state === 'propagating' ? AT : null,
    findings: [],
    isAuthentic: null,
    publish: null,
  }
  return {
    id: '',
    purpose: 'spf',
    name: 'a.test',
    type: 'TXT',
    ttlSeconds: 60,
    value,
    need: 'required',
    why: { key: 'spf', values: {} },
    isHeld: false,
    zoneName: 'a.test',
    isOutside: false,
    isOfAlias: false,
    zoneValue: `"${value}"`,
    merged: null,
    note: '',
    revision: 1,
    found,
    observation,
    ...more,
  }
}

test('shows state, what was found and expected, and the zone text with the merged record', () => {
  const merged = 'v=spf1 ip4:192.0.2.1 include:x.test -all'
  expect(formatDnsTable([spf(['v=spf1 include:x.test -all'], 'different', { merged })])).toBe(
    [
      'STATE      NEED      FOR  NAME    TYPE  TTL  CHECKED',
      'different  required  spf  a.test  TXT   60   2026-11-22T12:00:00.000Z',
      '  found    v=spf1 include:x.test -all',
      `  expected ${merged}`,
      '',
      `a.test. 60 IN TXT "${merged}"`,
      '',
    ].join('\n'),
  )
})

test('what is held back or stands at another domain is in the table and not in the zone text', () => {
  const held = formatDnsTable([spf([], 'ok', { isHeld: true }), spf([], 'ok', { isOutside: true })])
  expect(held.match(/^ok /gm)).toHaveLength(2)
  expect(held).not.toContain(' IN TXT ')
})

test('nothing that DNS says steers the terminal', () => {
  const table = formatDnsTable([spf(['\u001b[2Jv=spf1\n\u009b31m'], 'different')])
  expect(table).toContain('found    ?[2Jv=spf1??31m')
  expect(table).not.toMatch(/[^\x20-\x7e\n]/)
})

test('says until when caches are waited for, and that a record was never asked for', () => {
  expect(formatDnsTable([spf([], 'propagating')])).toContain('caches until 2026-11-22T12:00:00.000Z')
  expect(formatDnsTable([{ ...spf([], 'ok'), observation: null }])).toMatch(/^unchecked /m)
})
