import { expect, test } from 'vitest'
import { formatFindings } from '@/cli/check'
import { result, type CheckLevel } from '@/lib/checks/check'
import type { ListedFinding } from '@/lib/checks/listed'

const SINCE = new Date('2026-11-22T12:00:00Z')
const finding = (check: string, level: CheckLevel, more: Partial<ListedFinding> = {}): ListedFinding => ({
  ...result(check, level),
  ...{ id: check, scope: { kind: 'domain', name: 'a.test' }, who: 'dns', since: SINCE, checkedAt: SINCE },
  ...{ alias: '', flappingSince: null, acknowledged: null, changes: [] },
  ...more,
})

test('what is wrong has what was found and what to do, what is fine is counted', () => {
  const text = formatFindings([
    finding('no.such', 'broken', { found: ['v=spf1 \u001b[31m'], expected: ['v=spf1 mx -all'], subject: 'x' }),
    finding('other.thing', 'unknown', { found: ['timeout'] }),
    finding('fine.one', 'ok'),
    finding('fine.two', 'info'),
    finding('fine.three', 'none'),
  ])
  expect(text.split('\n')).toEqual([
    'LEVEL    CHECK        ABOUT  SINCE',
    'broken   no.such      x      2026-11-22T12:00:00.000Z',
    '  found    v=spf1 ?[31m',
    '  expected v=spf1 mx -all',
    expect.stringMatching(/^ {2}do/),
    'unknown  other.thing         2026-11-22T12:00:00.000Z',
    '  timeout',
    '2 fine',
    '',
  ])
})
