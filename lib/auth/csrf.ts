import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const digest = (token: string, secret: string): string => createHash('sha256').update(`${token}${secret}`).digest('hex')

/** A new value of the sign-in form's CSRF cookie, `token|SHA-256(token + secret)`: next-auth 4's own form. */
export function makeCsrfCookie(secret: string): string {
  const token = randomBytes(32).toString('hex')
  return `${token}|${digest(token, secret)}`
}

/** The token in such a cookie, or null where the cookie is none of ours. */
export function readCsrfCookie(value: string | undefined, secret: string): string | null {
  const [token = '', hash = ''] = (value ?? '').split('|')
  const expected = Buffer.from(digest(token, secret))
  const given = Buffer.from(hash)
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : null
}
