import { hash, verify } from '@node-rs/argon2'

/** argon2id (the library's default kind) with 19 MiB, two passes, one lane (RFC 9106 and OWASP's floor for interactive log-ins). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** The PHC string (`$argon2id$…`) of an administrator's password. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), COST)
}

let decoy: Promise<string> | undefined

/**
 * Whether the password is the one of `passwordHash`. Without a hash (no such account) the same time is spent and the
 * answer is false, so that an answer's delay does not tell which accounts exist.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('no account has this password')
  const isRight = await verify(passwordHash ?? (await decoy), password.normalize('NFKC'))
  return passwordHash !== null && isRight
}
