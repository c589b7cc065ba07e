import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import type { Permission } from '@/lib/auth/permissions'
import { appendAudit } from '@/lib/audit/append'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db, type Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'
import { Touched } from '@/lib/releases/touched'
import { renderTouched } from '@/lib/releases/render-touched'
import { diffEntries, writeRelease } from '@/lib/releases/write-release'

/** A domain row that this change has locked. */
export type LockedDomain = Prisma.DomainGetPayload<object>

export interface MailChange {
  readonly tx: Tx
  readonly now: Date
  /** The locked row. Throws where the name was not among `domains`. */
  domain(name: string): LockedDomain
  /** Takes in a domain that this change made. */
  addDomain(row: LockedDomain): void
  /** The address is rendered again from its rows, and the aliases that name it as a target. */
  touchAddress(domainName: string, localPart: string): void
  /** The domain's own lines are rendered again: names, home, catch-all, reserved addresses, signing. */
  touchDomain(domainName: string): void
  /** Every address of the domain is rendered again: for changes that reach each of them (suspend, catch-all, delete). */
  touchAllAddresses(domainName: string): void
  /** A log-in beside the mailbox's own was added or removed. */
  touchLogin(domainName: string, login: string): void
  /** What hangs on a node's host name is rendered again: its reserved addresses, the node's settings. A name that no node has loses its lines. */
  touchHost(hostName: string): void
  /** Adds to what the audit entry says (never a secret). */
  audit(detail: Record<string, Prisma.InputJsonValue | null>): void
}

export interface ChangeOptions {
  /** Names of the domains that the change touches; they are loaded, authorised and locked first. */
  domains: readonly string[]
  /** As in the audit: `mailbox:create`. */
  action: string
  /** What it was done to: an address, a domain's name. */
  subject: string
  clock?: Clock
}

/**
 * The one way to change what mail servers see. In one transaction: locks the domains in the order of their ids (NOT_FOUND
 * where the actor may not see one), lets `work` change rows, renders what it touched, and stores the difference as a
 * release together with the audit entry. `release` is its number, null where no line changed. Nothing slow belongs in `work`.
 */
export async function changeMail<T>(
  actor: Actor,
  permission: Permission,
  options: ChangeOptions,
  work: (change: MailChange) => Promise<T>,
): Promise<{ result: T; release: string | null }> {
  requirePermission(actor, permission)
  const now = (options.clock ?? systemClock)()
  return db().$transaction(
    async (tx) => {
      const domains = await lockDomains(tx, actor, options.domains)
      const touched = new Touched()
      const detail: Record<string, Prisma.InputJsonValue | null> = {}
      const find = (name: string): LockedDomain => {
        const row = domains.get(name)
        if (!row) throw new Error(`change ${options.action} did not lock ${name}`)
        return row
      }
      const result = await work({
        tx,
        now,
        domain: find,
        addDomain: (row) => domains.set(row.name, row),
        touchAddress: (name, localPart) => touched.address(find(name), localPart),
        touchDomain: (name) => touched.domain(find(name)),
        touchAllAddresses: (name) => touched.allAddresses(find(name)),
        touchLogin: (name, login) => touched.login(find(name), login),
        touchHost: (hostName) => touched.host(hostName),
        audit: (more) => Object.assign(detail, more),
      })
      const rendered = await renderTouched(tx, touched, now)
      const changes = await diffEntries(tx, rendered)
      const domainNames = [...domains.keys()].sort()
      const release = await writeRelease(tx, changes, { actor, ...options, domainNames, now })
      await appendAudit(tx, actor, { ...options, domainNames, detail, release, now })
      return { result, release: release?.toString() ?? null }
    },
    { maxWait: 20_000, timeout: 60_000 },
  )
}

async function lockDomains(tx: Tx, actor: Actor, names: readonly string[]): Promise<Map<string, LockedDomain>> {
  const wanted = [...new Set(names)]
  const rows = await tx.domain.findMany({
    where: { AND: [visibleDomains(actor), { name: { in: wanted }, deletedAt: null }] },
    select: { id: true, name: true },
  })
  const seen = new Set(rows.map((row) => row.name))
  const missing = wanted.find((name) => !seen.has(name))
  if (missing !== undefined) throw new AppError('NOT_FOUND', 'domain.missing', { name: missing })
  if (rows.length === 0) return new Map()
  const ids = rows.map((row) => row.id)
  await tx.$queryRaw`SELECT id FROM domain WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`
  // Read again under the lock: another change may have come between.
  const locked = await tx.domain.findMany({ where: { id: { in: ids }, deletedAt: null } })
  if (locked.length !== rows.length) throw new AppError('NOT_FOUND', 'domain.missing', { name: wanted.join(', ') })
  return new Map(locked.map((row) => [row.name, row]))
}
