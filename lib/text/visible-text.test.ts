import { describe, expect, it } from 'vitest'
import { visibleText } from '@/lib/text/visible-text'

describe('text of a stranger', () => {
  it.each([
    ['plain text, Zoé, 日本語', 'plain text, Zoé, 日本語'],
    ['moc.\u202eelgoog', 'moc.‹U+202E›elgoog'],
    ['a\u0000b\u001b[31m', 'a‹U+0000›b‹U+001B›[31m'],
    ['pay\u200bpal\u00ad.com\ufeff', 'pay‹U+200B›pal‹U+00AD›.com‹U+FEFF›'],
    ['\u2066x\u2069\u2028y', '‹U+2066›x‹U+2069›‹U+2028›y'],
    ['two\r\nlines\tand', 'two lines and'],
    ['\u{e0041}\ud800', '‹U+E0041›‹U+D800›'],
    ['<script>', '<script>'],
  ])('shows %j as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown)
  })
})
