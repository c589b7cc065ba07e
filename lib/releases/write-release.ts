import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { refuseEntry } from '@/lib/agent-protocol/maps'
import type { Tx } from '@/lib/db/client'
import { currentEpoch } from '@/lib/releases/epoch'
import type { Rendered } from '@/lib/releases/render-touched'

export interface EntryChange {
  map: string
  domain: string
  key: string
  before: string | null
  after: string | null
}

const identity = (entry: { map: string; domain: string; key: string }) => `${entry.map}\0${entry.domain}\0${entry.key}`

/** The puts and deletes that bring the stored entries to what was rendered. Throws on a line no node would take: a bug of ours. */
export async function diffEntries(tx: Tx, rendered: Rendered): Promise<EntryChange[]> {
  const stored = await tx.$queryRaw<{ map: string; domain: string; key: string; value: string }[]>`
    SELECT map, domain, key, value FROM entry
     WHERE (domain, key) IN (SELECT * FROM unnest(${rendered.keys.map((k) => k.domain)}::text[], ${rendered.keys.map((k) => k.key)}::text[]))
        OR domain = ANY(${rendered.wholeDomains}::text[])
        OR (domain = ANY(${rendered.signing}::text[]) AND map LIKE 'dkim/%')`
  const before = new Map(stored.map((entry) => [identity(entry), entry]))
  const changes: EntryChange[] = []
  for (const line of rendered.lines) {
    const wrong = refuseEntry(['smtp', 'imap'], line.map, line.domain, line.key, line.value)
    if (wrong) throw new Error(`rendered a line that nodes refuse: ${wrong}`)
    const old = before.get(identity(line))
    before.delete(identity(line))
    if (old?.value !== line.value) changes.push({ ...line, before: old?.value ?? null, after: line.value })
  }
  for (const { value, ...gone } of before.values()) changes.push({ ...gone, before: value, after: null })
  return changes.sort((a, b) => (identity(a) < identity(b) ? -1 : 1))
}

interface ReleaseInfo {
  actor: Actor
  action: string
  subject: string
  domainNames: string[]
  now: Date
}

/** Advisory lock that puts release numbers and the audit chain in commit order. Taken last in a transaction. */
const RELEASE_LOCK = 0x70_6f_73_74

export async function lockReleases(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${RELEASE_LOCK}::int)`
}

/** Stores entries, hashes, the release and its changes. Returns its number, or null where nothing changed. */
export async function writeRelease(tx: Tx, changes: EntryChange[], info: ReleaseInfo): Promise<bigint | null> {
  if (changes.length === 0) {
    await lockReleases(tx)
    return null
  }
  await updateHashes(tx, changes)
  await lockReleases(tx)
  const head = await tx.release.findFirst({ orderBy: { number: 'desc' }, select: { number: true } })
  const number = (head?.number ?? 0n) + 1n
  await tx.release.create({
    data: {
      number,
      epoch: await currentEpoch(tx),
      at: info.now,
      actorName: info.actor.name,
      action: info.action,
      subject: info.subject,
      domainNames: info.domainNames,
    },
  })
  const column = <K extends keyof EntryChange>(rows: EntryChange[], name: K) => rows.map((row) => row[name])
  await tx.$executeRaw`
    INSERT INTO release_change (release, map, domain, key, before, after)
    SELECT ${number}, * FROM unnest(${column(changes, 'map')}::text[], ${column(changes, 'domain')}::text[],
      ${column(changes, 'key')}::text[], ${column(changes, 'before')}::text[], ${column(changes, 'after')}::text[])`
  const puts = changes.filter((change) => change.after !== null)
  const deletes = changes.filter((change) => change.after === null)
  if (puts.length > 0)
    await tx.$executeRaw`
      INSERT INTO entry (map, domain, key, value, release)
      SELECT *, ${number} FROM unnest(${column(puts, 'map')}::text[], ${column(puts, 'domain')}::text[],
        ${column(puts, 'key')}::text[], ${column(puts, 'after')}::text[])
      ON CONFLICT (map, domain, key) DO UPDATE SET value = excluded.value, release = excluded.release`
  if (deletes.length > 0)
    await tx.$executeRaw`
      DELETE FROM entry WHERE (map, domain, key) IN (
        SELECT * FROM unnest(${column(deletes, 'map')}::text[], ${column(deletes, 'domain')}::text[], ${column(deletes, 'key')}::text[]))`
  await tx.$executeRaw`SELECT pg_notify('posthouse_release', ${number.toString()})`
  return number
}

/** Rows of one (map, domain) change only under the domain's lock, so reading and writing their hash here is safe. */
async function updateHashes(tx: Tx, changes: EntryChange[]): Promise<void> {
  const groups = Map.groupBy(changes, (change) => `${change.map}\0${change.domain}`)
  for (const group of groups.values()) {
    const first = group[0]
    if (!first) continue
    const where = { map_domain: { map: first.map, domain: first.domain } }
    const row = await tx.mapHash.findUnique({ where })
    const hash = updateHash(row?.hash ?? EMPTY_HASH, group)
    const added = group.reduce((sum, change) => sum + Number(change.after !== null) - Number(change.before !== null), 0)
    await tx.mapHash.upsert({
      where,
      create: { map: first.map, domain: first.domain, hash, count: added },
      update: { hash, count: { increment: added } },
    })
  }
}
