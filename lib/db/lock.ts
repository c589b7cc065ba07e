import 'server-only'
import { Client } from 'pg'
import { env } from '@/lib/env'

/** How long somebody else's work is waited for. */
const WAIT_MS = 120_000

/**
 * Does `work` while nobody else in the installation does work of the same name: a session advisory lock on a connection
 * of its own, gone with the process. Nothing slow belongs in a transaction; this is for what is slow. Rejects where the
 * other work has not ended within two minutes.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const settings = env()
  const client = new Client({
    connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL,
    lock_timeout: WAIT_MS,
  })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name])
    return await work()
  } finally {
    await client.end()
  }
}
