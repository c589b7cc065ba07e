import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits as base64url: what stands in a link. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What the database keeps of a token: its SHA-256, hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
