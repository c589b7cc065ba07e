import { describe, expect, test } from 'vitest'
import { isPlainText, readContent } from '@/lib/dns/providers/lexicon-content'
import type { RecordType } from '@/lib/dns/record'

const SPF = 'v=spf1 include:x.test -all'

describe('a listed content', () => {
  test.each<[string, RecordType, string, string | null, string[], string | null]>([
    ['a text as it is', 'TXT', SPF, null, [], SPF],
    ['a quoted text', 'TXT', `"${SPF}"`, null, [], SPF],
    ['a quoted text in parts', 'TXT', '"v=spf1 " "include:x.test -all"', null, [], SPF],
    ['a text whose outer quotes were taken off', 'TXT', 'v=spf1 " "include:x.test -all', null, [], SPF],
    ['a text with a quote that DNS serves so', 'TXT', 'say "x" "y"', null, ['say "x" "y"'], 'say "x" "y"'],
    ['an MX', 'MX', '10 mx.test.', null, [], '10 mx.test.'],
    ['an MX without its final dot', 'MX', '10 mx.test', null, [], '10 mx.test.'],
    ['an MX with its preference apart', 'MX', 'mx.test', '10', [], '10 mx.test.'],
    [
      'an MX without preference, by what DNS serves',
      'MX',
      'mx.test',
      null,
      ['5 other.test.', '20 mx.test.'],
      '20 mx.test.',
    ],
    ['an MX without preference that DNS does not serve', 'MX', 'mx.test', null, ['5 other.test.'], null],
    ['a CNAME', 'CNAME', 'Elsewhere.test', null, [], 'elsewhere.test.'],
    ['nonsense', 'A', 'mx.test', null, [], null],
  ])('is read: %s', (_what, type, content, priority, served, expected) => {
    expect(readContent(type, { content, priority }, served)).toBe(expected)
  })
})

test('texts that lexicon would break are known', () => {
  expect(isPlainText('v=DKIM1; p=AAAA')).toBe(true)
  for (const text of ['say "x"', 'back\\slash', 'é', 'line\nend', '']) expect(isPlainText(text)).toBe(false)
})
