/**
 * Checks of domains against a DNS server that takes 30 ms to answer: one domain by itself, a sweep over 10,000 with the
 * sockets and memory it takes, stopped halfway and begun again; the pure plan of a domain's records; the rotation of 1,000
 * domains that are due at once.
 *
 * Needs: database
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { measure, type Row } from '@/bench/report'
import { rotateAll } from '@/bench/rotation'
import { checkDomain } from '@/lib/checks/check-scope'
import { CheckSweep } from '@/lib/checks/sweep'
import { systemCheckDeps } from '@/lib/checks/system-deps'
import { db } from '@/lib/db/client'
import { loadPlanInput } from '@/lib/dns/load-plan-input'
import { wantedRecords } from '@/lib/dns/wanted-records'
import { env } from '@/lib/env'

const DOMAINS = 10_000
const SINGLE_RUNS = 30
const PLANS = 200
const AT_ONCE = 32
const DELAY_MS = 30
const ONE_BOUND_MS = 1_500
const SWEEP_BOUND_SECONDS = 600
const PLAN_BOUND_MS = 5
const HOST = '127.91.53.1'

const server = new Worker(new URL('./slow-dns.ts', import.meta.url), {
  workerData: { address: HOST, delayMs: DELAY_MS },
})
const [port] = (await once(server, 'message')) as [number]
env().POSTHOUSE_RESOLVERS = `${HOST}:${port}`

/** Domains as years of use leave them: a provider whose servers are named, one signing key each. */
async function seed(): Promise<void> {
  const provider = await db().dnsProvider.create({
    data: {
      name: 'bench',
      kind: 'rfc2136',
      credentialSealed: '',
      config: {
        ...{ server: { address: HOST, port }, zone: null, keyName: 'bench', algorithm: 'hmac-sha256' },
        ...{ ttlSeconds: 3600, authoritative: [{ address: HOST, port }] },
      },
    },
  })
  await db().node.create({
    data: {
      ...{ id: randomUUID(), name: 'mx1', roles: ['smtp', 'imap'], hostName: 'mx1.bench.test', services: {} },
      ...{
        publicAddresses: ['192.0.2.1'],
        agentUrl: 'https://127.0.0.1:9',
        agentFingerprint: '',
        agentTokenSealed: '',
      },
    },
  })
  await db().$executeRaw`
    INSERT INTO domain (id, name, tags, dns_provider_id)
    SELECT gen_random_uuid(), 'd' || n || '.bench.test', '{}', ${provider.id}::uuid FROM generate_series(1, ${DOMAINS}::int) n`
  await db().$executeRaw`
    INSERT INTO dkim_key (id, domain_id, selector, public_key, state, activated_at, flags)
    SELECT gen_random_uuid(), id, 's1', 'AAAA', 'active', now(), '{}' FROM domain`
}

/** Sockets that this process has open. */
function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:')
    } catch {
      // Closed between listing and reading.
      return false
    }
  }).length
}

const deps = systemCheckDeps()
const checked = () => db().finding.groupBy({ by: ['domainId'], where: { domainId: { not: null } } })

async function singles(ids: readonly string[]): Promise<number[]> {
  const samples: number[] = []
  for (const id of ids) {
    const startedAt = performance.now()
    await checkDomain(id, deps)
    samples.push(performance.now() - startedAt)
  }
  return samples
}

/** One sweep over all domains, stopped when half are done and begun again by another, as after a kill. */
async function sweepAll(): Promise<{ seconds: number; sockets: number; mebibytes: number }> {
  await db().$executeRaw`UPDATE domain SET next_check_at = NULL`
  await db().finding.deleteMany()
  const before = process.memoryUsage().rss
  const startedAt = performance.now()
  let sockets = 0
  let memory = before
  const left = () => db().domain.count({ where: { OR: [{ nextCheckAt: null }, { nextCheckAt: { lte: new Date() } }] } })
  const runUntil = async (rest: number) => {
    const sweep = new CheckSweep(deps, AT_ONCE)
    sweep.start()
    while ((await left()) > rest) {
      sockets = Math.max(sockets, openSockets())
      memory = Math.max(memory, process.memoryUsage().rss)
      await sleep(250)
    }
    await sweep.stop()
  }
  await runUntil(DOMAINS / 2)
  await runUntil(0)
  const done = (await checked()).length
  if (done < DOMAINS) throw new Error(`${done} of ${DOMAINS} domains were checked`)
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, sockets, mebibytes: (memory - before) / 2 ** 20 }
}

async function plans(domainId: string): Promise<number[]> {
  const { input } = await loadPlanInput(db(), domainId)
  const samples: number[] = []
  for (let index = 0; index < PLANS; index++) {
    const startedAt = performance.now()
    wantedRecords(input)
    samples.push(performance.now() - startedAt)
  }
  return samples
}

await seed()
const ids = (await db().domain.findMany({ take: SINGLE_RUNS + 5, select: { id: true } })).map(({ id }) => id)
await singles(ids.slice(0, 5))
const one = await singles(ids.slice(5))
const plan = await plans(ids[0] ?? '')
const sweep = await sweepAll()
const rows: Row[] = [
  { what: 'all checks of a domain', size: `${DELAY_MS} ms DNS`, samples: one, bound: ONE_BOUND_MS },
  { what: 'plan of a domain', size: '1', samples: plan, bound: PLAN_BOUND_MS },
  { what: 'sweep', size: `${DOMAINS}`, samples: [sweep.seconds], unit: 's', bound: SWEEP_BOUND_SECONDS },
  { what: 'sockets in the sweep', size: `${AT_ONCE} at once`, samples: [sweep.sockets], unit: 'sockets' },
  { what: 'growth of memory in the sweep', size: `${DOMAINS}`, samples: [sweep.mebibytes], unit: 'MiB' },
  ...(await rotateAll()),
]
measure('dns', rows)
await server.terminate()
await db().$disconnect()
