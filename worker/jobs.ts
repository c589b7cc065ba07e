import { queue, JOBS, type JobData, type JobName } from '@/lib/jobs/queue'
import { logger } from '@/lib/logger/logger'
import { runDirectoryPurge } from '@/lib/addresses/purge'
import { systemActor } from '@/lib/auth/actor'
import { systemDnsDeps } from '@/lib/dns/deps'
import { dialTcp } from '@/lib/settings/dial'
import { runServerChecks } from '@/lib/settings/service'
import { resumeDnsPlans } from '@/lib/dns/requests'
import { runTest } from '@/lib/deliverability/run-test'
import { runCheck } from '@/worker/check-jobs'
import { runDnsApply, runDnsCheck, runDnsPlan, runProviderTry } from '@/worker/dns-jobs'

type Handlers = { [N in JobName]: (data: JobData<N>) => Promise<void> }

const HANDLERS: Handlers = {
  'dns.check': runDnsCheck,
  'check.run': runCheck,
  'dns.plan': runDnsPlan,
  'dns.apply': runDnsApply,
  'provider.try': runProviderTry,
  'test.run': ({ testId }) => runTest(testId),
  'server.check': async () => {
    await runServerChecks(systemActor('worker'), { dns: (await systemDnsDeps()).dns, dial: dialTcp })
  },
  'directory.purge': runDirectoryPurge,
}

/** Takes jobs from the queue, each kind by itself, and sets the clockwork. */
export async function startJobs(): Promise<void> {
  const boss = await queue(true)
  for (const name of Object.keys(JOBS) as JobName[]) await startOne(boss, name)
  await boss.schedule('directory.purge', '17 * * * *', {})
  await resumeDnsPlans()
}

async function startOne<N extends JobName>(boss: Awaited<ReturnType<typeof queue>>, name: N): Promise<void> {
  await boss.work(name, { batchSize: 1 }, async (jobs) => {
    for (const job of jobs) {
      const data = JOBS[name].parse(job.data) as JobData<N>
      try {
        await HANDLERS[name](data)
      } catch (error) {
        logger('jobs').error({ err: error, job: name }, 'a job failed')
        throw error
      }
    }
  })
}
