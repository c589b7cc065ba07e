import { z } from 'zod'

const port = z.coerce.number().int().min(1).max(65535)

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  DATABASE_URL: z.string().min(1),
  /** Beside a pooled DATABASE_URL: LISTEN and session locks need a connection of their own. */
  DATABASE_DIRECT_URL: z.string().min(1).optional(),
  /** Where a browser finds the panel. */
  POSTHOUSE_URL: z.url().default('http://127.0.0.1:3000'),
  /** The folder of all state of this installation. */
  POSTHOUSE_DATA: z.string().min(1).optional(),
  /** Signs sessions; known to panel and worker. */
  POSTHOUSE_SECRET: z.string().min(32),
  /** Public half (base64url, X25519) to which the panel seals what only the worker may read. */
  POSTHOUSE_WORKER_PUBLIC_KEY: z.string().min(40).optional(),
  /** Private half's seed; the panel's process does not have it. */
  POSTHOUSE_WORKER_SECRET: z.string().min(32).optional(),
  /** Addresses of proxies whose forwarded headers count. */
  POSTHOUSE_TRUSTED_PROXIES: z.string().default(''),
  /** `address:port` of resolvers, comma separated; empty: the system's. */
  POSTHOUSE_RESOLVERS: z.string().default(''),
  /** How many domains and nodes a worker checks at a time. */
  POSTHOUSE_CHECKS_AT_ONCE: z.coerce.number().int().min(1).max(256).default(32),
  /** PEM files by which Apple's profiles are signed: certificate with its chain, and key. Both or neither. */
  POSTHOUSE_PROFILE_CERTIFICATE: z.string().min(1).optional(),
  POSTHOUSE_PROFILE_KEY: z.string().min(1).optional(),
  POSTHOUSE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  PORT: port.default(3000),
})

export type Env = z.infer<typeof schema>

let cached: Env | undefined

/**
 * The process's settings, checked once. Throws an Error that names each wrong variable (never its value).
 */
export function env(): Env {
  if (cached) return cached
  const parsed = schema.safeParse(process.env)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`Settings from the environment are wrong or missing:\n  ${wrong.join('\n  ')}`)
  }
  cached = parsed.data
  // next-auth reads its own name for this from the environment and from nowhere else.
  process.env.NEXTAUTH_URL = cached.POSTHOUSE_URL
  return cached
}
