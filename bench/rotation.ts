import type { Row } from '@/bench/report'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { nextRotation } from '@/lib/dkim/schedule'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider } from '@/lib/dns/service'
import { FakeZone } from '@/lib/dns/testing/fake-zone'

const DOMAINS = 1_000
const DAYS = 180
const DAY_MS = 24 * 60 * 60 * 1000
/** As the worker's loop (worker/dns-loop.ts). */
const PASS_SECONDS = 3
const TTL_SECONDS = 300
const MOST_PASSES = 3_000

/** The worst that may come: all due at one moment, as after a long standstill. */
async function seed(zone: FakeZone): Promise<void> {
  const input = {
    name: 'rotation',
    kind: 'rfc2136',
    server: '192.0.2.54',
    keyName: 'bench',
    secret: 'c2VjcmV0'.repeat(3),
  }
  await addProvider(systemActor('bench'), addProviderSchema.parse({ ...input, ttlSeconds: TTL_SECONDS }))
  const provider = await db().dnsProvider.findUniqueOrThrow({ where: { name: 'rotation' } })
  await db().$executeRaw`
    INSERT INTO hosted_name (name) SELECT 'r' || n || '.test' FROM generate_series(1, ${DOMAINS}::int) n`
  await db().$executeRaw`
    INSERT INTO domain (id, name, tags, dns_provider_id, next_rotation_at)
    SELECT gen_random_uuid(), name, '{}', ${provider.id}::uuid, ${zone.now} FROM hosted_name WHERE name LIKE 'r%.test'`
  await db().$executeRaw`
    INSERT INTO dkim_key (id, domain_id, selector, public_key, state, created_at, activated_at, flags)
    SELECT gen_random_uuid(), id, 'old', 'AAAA', 'active', ${zone.now}, ${zone.now}, '{}' FROM domain WHERE name LIKE 'r%.test'`
}

/** The most of a sorted series of times that fall into one window. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= windowMs) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

/**
 * Rotates a thousand domains against a zone and a clock of its own, pass by pass as the worker does: what a pass takes,
 * how many begin in a minute, and how thin the schedule spreads those whose keys began to sign together.
 */
export async function rotateAll(): Promise<Row[]> {
  const zone = new FakeZone('192.0.2.54', ['192.0.2.101', '192.0.2.102'], TTL_SECONDS, TTL_SECONDS)
  await seed(zone)
  const startedAt = zone.now.getTime()
  const passes: number[] = []
  const left = () =>
    db().domain.count({
      where: { name: { endsWith: '.test', startsWith: 'r' }, dkimKeys: { some: { selector: 'old', state: 'active' } } },
    })
  for (let rest = DOMAINS; rest > 0; rest = await left()) {
    if (passes.length === MOST_PASSES) throw new Error(`${rest} domains have not rotated after ${MOST_PASSES} passes`)
    const from = performance.now()
    await lookAfterKeys(zone.deps)
    passes.push(performance.now() - from)
    const newest = await db().release.findFirst({ orderBy: { number: 'desc' }, select: { number: true } })
    await db().node.updateMany({ data: { confirmedRelease: newest?.number ?? 0n } })
    zone.pass(PASS_SECONDS)
  }
  const minutes = (zone.now.getTime() - startedAt) / 60_000
  const next = await db().dkimKey.findMany({
    where: { domain: { name: { startsWith: 'r' } }, selector: { not: 'old' } },
    select: { createdAt: true, domainId: true },
  })
  const begun = next.map(({ createdAt }) => createdAt.getTime()).sort((a, b) => a - b)
  const planned = next.map(({ domainId }) => nextRotation(domainId, zone.now, DAYS).getTime()).sort((a, b) => a - b)
  return [
    {
      what: 'a pass over keys, a rotation under way',
      size: `${DOMAINS} due at once`,
      samples: passes,
      bound: PASS_SECONDS * 1000,
    },
    {
      what: 'keys begun in a minute at most',
      size: `${DOMAINS} due at once`,
      samples: [mostWithin(begun, 60_000)],
      unit: 'keys',
    },
    {
      what: 'until all sign with the next key',
      size: `${DOMAINS} due at once`,
      samples: [minutes],
      unit: 'min of its clock',
    },
    {
      what: 'next rotations in a day at most',
      size: `${DOMAINS} after ${DAYS} days`,
      samples: [mostWithin(planned, DAY_MS)],
      unit: 'keys',
    },
  ]
}
