import { expect, it } from 'vitest'
import { plainText } from '@/lib/dmarc/plain-text'

it('keeps words as they are', () => {
  expect(plainText('Ünïcode & Söhne, 邮件', 50)).toBe('Ünïcode & Söhne, 邮件')
})

it('takes out what steers the text around it', () => {
  expect(plainText('a\u202Eb\u2066c\r\nBcc: d\u0000\u001B[31me\u2028f\uD800', 50)).toBe('a b c Bcc: d [31me f\uFFFD')
})

it('ends after so many characters, never within one', () => {
  expect(plainText('😀😀😀😀', 3)).toBe('😀😀…')
})
