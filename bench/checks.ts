/**
 * What the pages of checks and the overview ask the database, and what every open page asks again and again, with 10,000
 * domains of 30 findings each, three of a hundred not right, 60,000 records that were looked at and 20,000 keys.
 *
 * Needs: database
 */
import { measure, type Row } from '@/bench/report'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { listDomainFindings, listFindingGroups, listFindings, type FindingKey } from '@/lib/checks/queries'
import { CHECK_IDS } from '@/lib/checks/registry'
import { db } from '@/lib/db/client'
import { countDirectory, listDomains } from '@/lib/domains/queries'
import { getLiveState } from '@/lib/live/queries'

const DOMAINS = 10_000
const CHECKS = 30
const GRANTS = 2_000
const RUNS = 30
const WARM_UPS = 3
const BOUND_MS = 50
const LIVE_BOUND_MS = 5

const checks = CHECK_IDS.filter((_id, index) => index % Math.floor(CHECK_IDS.length / CHECKS) === 0).slice(0, CHECKS)
const [check = ''] = checks

/** Findings with a history, records with what was seen of them, keys: as a year of use leaves them. */
async function seed(): Promise<Actor> {
  await db().$executeRaw`
    INSERT INTO domain (id, name, tags) SELECT gen_random_uuid(), 'd' || n || '.bench.test', '{}'
      FROM generate_series(1, ${DOMAINS}::int) n`
  await db().$executeRaw`
    INSERT INTO finding (id, scope, domain_id, "check", level, found, expected, since, checked_at, acknowledged_at,
                         acknowledged_until, acknowledged_as, acknowledged_level, acknowledged_by)
    SELECT gen_random_uuid(), 'domain:' || d.id, d.id, c.id, s.level, ARRAY['what was found'], '{}', now(), now(),
           CASE WHEN s.is_quiet THEN now() END, CASE WHEN s.is_quiet THEN now() + interval '9 days' END,
           CASE WHEN s.is_quiet THEN 'accepted' END, CASE WHEN s.is_quiet THEN s.level END, CASE WHEN s.is_quiet THEN 'x' END
      FROM domain d, unnest(${checks}::text[]) AS c(id),
           LATERAL (SELECT hashtext(d.name || c.id) AS dice) r,
           LATERAL (SELECT CASE abs(r.dice % 100) WHEN 0 THEN 'broken' WHEN 1 THEN 'attention' WHEN 2 THEN 'attention'
                                WHEN 3 THEN 'unknown' WHEN 4 THEN 'none' ELSE 'ok' END AS level,
                           abs(r.dice % 100) = 2 AND abs(r.dice % 3) = 0 AS is_quiet) s`
  await db().$executeRaw`
    INSERT INTO finding_change (id, finding_id, at, level, found)
    SELECT gen_random_uuid(), id, now() - interval '1 day' * n, 'unknown', '{}'
      FROM finding, generate_series(1, 5) n WHERE level <> 'ok'`
  await db().$executeRaw`
    INSERT INTO dkim_key (id, domain_id, selector, public_key, state, activated_at, flags)
    SELECT gen_random_uuid(), id, 's' || n, 'AAAA', CASE n WHEN 1 THEN 'active' ELSE 'removed' END::"DkimKeyState", now(), '{}'
      FROM domain, generate_series(1, 2) n`
  await db().$executeRaw`
    INSERT INTO dns_record (id, domain_id, purpose, name, type, value)
    SELECT gen_random_uuid(), id, 'mx', name, 'MX', n || ' mx.bench.test.' FROM domain, generate_series(1, 6) n`
  await db().$executeRaw`
    INSERT INTO dns_observation (record_id, state, found, checked_at, since)
    SELECT id, 'ok', '{"findings":[]}', now() - random() * interval '6 hours', now() - interval '30 days' FROM dns_record`
  const admin = await db().admin.create({
    data: { email: 'bench@probe.test', name: 'B', role: 'domain_admin', passwordHash: '' },
  })
  await db().$executeRaw`
    INSERT INTO admin_grant (admin_id, domain_id) SELECT ${admin.id}::uuid, id FROM domain LIMIT ${GRANTS}`
  await db().$executeRaw`VACUUM ANALYZE`
  // As two hours of looks leave the table.
  await db().$executeRaw`
    UPDATE finding SET checked_at = now() WHERE domain_id IN (SELECT id FROM domain LIMIT ${DOMAINS}::int / 3)`
  return { kind: 'admin', id: admin.id, name: 'B', role: 'domain_admin', sessionId: '', address: null }
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let index = -WARM_UPS; index < RUNS; index++) {
    const startedAt = performance.now()
    await work()
    if (index >= 0) samples.push(performance.now() - startedAt)
  }
  return samples
}

const owner = systemActor('bench')
const granted = await seed()
const middle: FindingKey = { name: 'd5000.bench.test', alias: '', subject: '' }
const asked: [string, number, () => Promise<unknown>][] = [
  ['all checks', BOUND_MS, () => listFindingGroups(owner)],
  ['all checks, granted domains', BOUND_MS, () => listFindingGroups(granted)],
  ['all checks, acknowledged', BOUND_MS, () => listFindingGroups(owner, { show: 'acknowledged' })],
  ['all checks, by who acts', BOUND_MS, () => listFindingGroups(owner, { who: 'dns' })],
  ['all checks of the overview', BOUND_MS, () => listFindingGroups(owner, {}, 1)],
  ['one check', BOUND_MS, () => listFindings(owner, { check })],
  ['one check, a later page', BOUND_MS, () => listFindings(owner, { check }, middle)],
  ['one check, granted domains', BOUND_MS, () => listFindings(granted, { check })],
  ['a domain', BOUND_MS, () => listDomainFindings(owner, 'd5000.bench.test')],
  ['overview, numbers', BOUND_MS, () => countDirectory(owner)],
  ['overview, domains', BOUND_MS, () => listDomains(owner)],
  ['what open pages follow', LIVE_BOUND_MS, () => getLiveState(owner)],
]
const rows: Row[] = []
for (const [what, bound, work] of asked)
  rows.push({
    what,
    size: `${DOMAINS * CHECKS} findings`,
    samples: await times(work),
    bound,
  })
measure('checks', rows)
await db().$disconnect()
process.exit()
