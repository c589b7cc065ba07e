import { expect, it } from 'vitest'
import { makeCsrfCookie, readCsrfCookie } from '@/lib/auth/csrf'

it('reads its own cookie and nobody else’s', () => {
  const cookie = makeCsrfCookie('secret')
  expect(readCsrfCookie(cookie, 'secret')).toMatch(/^[0-9a-f]{64}$/)
  expect(readCsrfCookie(cookie, 'another secret')).toBeNull()
  expect(
    readCsrfCookie(
      cookie.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      'secret',
    ),
  ).toBeNull()
  for (const nonsense of [undefined, '', '|', 'a|b', 'token']) expect(readCsrfCookie(nonsense, 'secret')).toBeNull()
})
