import 'server-only'
import { createHash } from 'node:crypto'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'

/** Attempts in a window, by what is counted. An account's window is also what somebody who guesses at it can close. */
const LIMITS = {
  account: { points: 10, duration: 15 * 60 },
  address: { points: 50, duration: 15 * 60 },
} as const
export type LimitKind = keyof typeof LIMITS

/** rate-limiter-flexible asks for a pg client; this one is the process's own Prisma connection pool. */
const storeClient = {
  async query({ text, values }: { text: string; values: unknown[] }) {
    const rows = await db().$queryRawUnsafe<{ points: number; expire: bigint | null }[]>(text, ...values)
    return {
      rowCount: rows.length,
      rows: rows.map((row) => ({ points: row.points, expire: row.expire === null ? null : Number(row.expire) })),
    }
  },
}

const limiters = new Map<LimitKind, RateLimiterPostgres>()

function limiter(kind: LimitKind): RateLimiterPostgres {
  const known = limiters.get(kind)
  if (known) return known
  const made = new RateLimiterPostgres({
    storeClient,
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: `sign-in-${kind}`,
    ...LIMITS[kind],
  })
  limiters.set(kind, made)
  return made
}

/** Stored keys are digests: the table holds no address of a person. */
function keyOf(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url')
}

/** Counts one attempt. Throws RATE_LIMITED, with the minutes to wait, where the window is used up. */
export async function countAttempt(kind: LimitKind, subject: string): Promise<void> {
  try {
    await limiter(kind).consume(keyOf(subject))
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    const minutes = Math.max(1, Math.ceil(error.msBeforeNext / 60_000))
    throw new AppError('RATE_LIMITED', 'auth.rateLimited', { minutes })
  }
}

/** Gives attempts back after a success: an account's all, an address's one. */
export async function forgiveAttempt(kind: LimitKind, subject: string): Promise<void> {
  if (kind === 'account') await limiter(kind).delete(keyOf(subject))
  else await limiter(kind).reward(keyOf(subject))
}
