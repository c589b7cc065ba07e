import { logger } from '@/lib/logger/logger'
import { notifications } from '@/lib/db/listen'
import { db } from '@/lib/db/client'
import { env } from '@/lib/env'
import { closeQueue } from '@/lib/jobs/queue'
import { NodeLoops } from '@/lib/nodes/node-loops'
import { startCheckLoop } from '@/worker/check-loop'
import { startJobs } from '@/worker/jobs'
import { startDigestLoop } from '@/worker/digest-loop'
import { startDnsLoop } from '@/worker/dns-loop'
import { startReportLoop } from '@/worker/report-loop'
import { startRetentionLoop } from '@/worker/retention-loop'
import { startReportMailboxLoop } from '@/worker/report-mailbox-loop'
import { startReportMailLoop } from '@/worker/report-mail-loop'

/** The worker: delivers releases to the nodes and runs the jobs. Ends on SIGTERM or SIGINT with what it does finished. */
async function main(): Promise<void> {
  if (!env().POSTHOUSE_WORKER_SECRET)
    throw new Error('POSTHOUSE_WORKER_SECRET is not set: the worker opens secrets with it')
  const log = logger('worker')
  const loops = new NodeLoops()
  await loops.start()
  await startJobs()
  const stopDnsLoop = startDnsLoop()
  const stopCheckLoop = startCheckLoop()
  const stopReportLoop = startReportLoop()
  const stopRetentionLoop = startRetentionLoop()
  const stopDigestLoop = startDigestLoop()
  const stopReportMailLoop = startReportMailLoop()
  const stopReportMailboxLoop = await startReportMailboxLoop()
  log.info('worker is up')
  // Whoever started this process may wait for the line.
  process.stdout.write('ready\n')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await stopDnsLoop()
  await stopCheckLoop()
  await stopReportLoop()
  await stopRetentionLoop()
  await stopDigestLoop()
  await stopReportMailboxLoop()
  await stopReportMailLoop()
  await closeQueue()
  await loops.stop()
  await notifications().close()
  await db().$disconnect()
}

try {
  await main()
  process.exit(0)
} catch (error) {
  process.stderr.write(`The worker cannot run: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
