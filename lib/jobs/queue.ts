import 'server-only'
import { fromPrisma, PgBoss } from 'pg-boss'
import { z } from 'zod'
import { db, type Tx } from '@/lib/db/client'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'

/** What the worker does, and the data each job carries. */
export const JOBS = {
  /** Asks DNS for every record of a domain and runs its checks. */
  'dns.check': z.strictObject({ domain: z.string() }),
  /** Runs the checks of a domain or node: all, or the family of one. */
  'check.run': z.strictObject({ kind: z.enum(['domain', 'node']), id: z.uuid(), check: z.string().nullable() }),
  /** Makes the plan of what publishing would change. */
  'dns.plan': z.strictObject({ planId: z.uuid() }),
  /** Publishes a confirmed plan, then asks DNS. */
  'dns.apply': z.strictObject({ planId: z.uuid() }),
  /** Tries a provider's address and credential, changing nothing. */
  'provider.try': z.strictObject({ providerId: z.uuid(), domain: z.string() }),
  /** Runs one deliverability test. */
  'test.run': z.strictObject({ testId: z.uuid() }),
  /** Looks at the server's name, addresses and way out. */
  'server.check': z.strictObject({}),
  /** Forgets what the undo time has passed for. */
  'directory.purge': z.strictObject({}),
} as const

export type JobName = keyof typeof JOBS
export type JobData<N extends JobName> = z.infer<(typeof JOBS)[N]>

const SCHEMA = 'jobs'

function open(options: { isWorker: boolean }): PgBoss {
  const settings = env()
  const boss = new PgBoss({
    connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL,
    schema: SCHEMA,
    max: options.isWorker ? 4 : 1,
    supervise: options.isWorker,
    schedule: options.isWorker,
    useListenNotify: options.isWorker,
  })
  boss.on('error', (error) => {
    logger('jobs').error({ err: error }, 'the job queue has trouble')
  })
  return boss
}

async function start(options: { isWorker: boolean }): Promise<PgBoss> {
  const boss = open(options)
  await boss.start()
  for (const name of Object.keys(JOBS))
    await boss.createQueue(name, { notify: true, retryLimit: 2, expireInSeconds: 300 })
  return boss
}

const globals = globalThis as unknown as { posthouseQueue?: Promise<PgBoss> }

/** The process's connection to the queue, opened at first use. `isWorker` counts at the first call. */
export function queue(isWorker = false): Promise<PgBoss> {
  globals.posthouseQueue ??= start({ isWorker }).catch((error: unknown) => {
    globals.posthouseQueue = undefined
    throw error
  })
  return globals.posthouseQueue
}

/** Puts a job in the queue as part of a transaction. With `singletonKey` a job that already waits is enough. */
export async function enqueue<N extends JobName>(
  tx: Tx,
  name: N,
  data: JobData<N>,
  { singletonKey }: { singletonKey?: string } = {},
): Promise<void> {
  const boss = await queue()
  const options = { db: fromPrisma(tx) }
  // A queue of the standard policy takes no notice of the key of what is merely sent.
  if (singletonKey === undefined) await boss.send(name, data, options)
  else await boss.upsert(name, data, { ...options, singletonKey })
}

/**
 * Asks the worker to look at something, once however often it is asked before it looks. Looking changes nothing of anybody's, so
 * no audit entry says who asked: whoever calls this has authorised it.
 */
export async function askToLook<N extends JobName>(name: N, data: JobData<N>, singletonKey: string): Promise<void> {
  await db().$transaction((tx) => enqueue(tx, name, data, { singletonKey }), { maxWait: 20_000 })
}

/** Ends the process's connection to the queue; jobs that run have a moment to finish. */
export async function closeQueue(): Promise<void> {
  const boss = await globals.posthouseQueue
  globals.posthouseQueue = undefined
  await boss?.stop({ graceful: true, timeout: 5_000 })
}
