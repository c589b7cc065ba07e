import 'server-only'
import { randomInt } from 'node:crypto'
import { hash } from '@node-rs/argon2'

// Letters and digits that are not taken for one another.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A random text of that alphabet: 5.8 bits a character. */
export function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** A password for a person: four groups of five, 116 bits. */
export function generatePassword(): string {
  return Array.from({ length: 4 }, () => randomText(5)).join('-')
}

/**
 * A password in the form Dovecot verifies, `{ARGON2ID}$argon2id$…`: 19 MiB, two passes, which is the least that is
 * advised for argon2id and keeps a login on a busy server at some tens of milliseconds.
 */
export async function hashMailboxPassword(password: string): Promise<string> {
  return `{ARGON2ID}${await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })}`
}

const STORAGE = 'abcdefghijklmnopqrstuvwxyz234567'

/** A new opaque storage id: 20 characters, 100 bits, never re-used. */
export function newStorageId(): string {
  return Array.from({ length: 20 }, () => STORAGE[randomInt(STORAGE.length)]).join('')
}
