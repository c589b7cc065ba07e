import 'server-only'
import { RESERVED_LOCAL_PARTS } from '@/lib/addresses/address'
import type { Tx } from '@/lib/db/client'
import { renderDovecotUser } from '@/lib/dovecot/render-user'
import { renderSigning } from '@/lib/opendkim/render-signing'
import {
  renderNodeSettings,
  renderPostfixAddress,
  renderPostfixDomain,
  renderPostfixHost,
} from '@/lib/postfix/render-address'
import type { DomainFacts, Line } from '@/lib/releases/facts'
import { loadAddressFacts, loadDomainFacts } from '@/lib/releases/load-facts'
import type { Touched, TouchedDomain } from '@/lib/releases/touched'
import { postmasterAddress } from '@/lib/settings/postmaster'

/** Lines as they should be, and the keys that the lines speak for: an entry with such a key and no line goes. */
export interface Rendered {
  lines: Line[]
  /** (domain, key) of touched entries. */
  keys: { domain: string; key: string }[]
  /** Domains all of whose entries are touched. */
  wholeDomains: string[]
  /** Domains whose `dkim/…` entries are touched. */
  signing: string[]
}

/** Addresses rendered at a time: facts of a large domain are never all in memory at once. */
const CHUNK = 1000

/** Renders what a change touched from the rows as they are now in its transaction. */
export async function renderTouched(tx: Tx, touched: Touched, now: Date): Promise<Rendered> {
  const rendered: Rendered = { lines: [], keys: [], wholeDomains: [], signing: [] }
  for (const domain of touched.domains.values()) await renderDomain(tx, domain, now, rendered)
  if (touched.hosts.size > 0) await renderHosts(tx, touched, rendered)
  return rendered
}

/** Lines of nodes belong to no domain, whose row would be locked: one change at a time renders them. */
const HOSTS_LOCK = 0x68_6f_73_74

async function renderHosts(tx: Tx, touched: Touched, rendered: Rendered): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${HOSTS_LOCK}::int)`
  const hosts = [...touched.hosts]
  const nodes = await tx.node.findMany({
    where: { hostName: { in: hosts }, roles: { has: 'smtp' }, removedAt: null },
    select: { name: true, hostName: true },
  })
  const postmaster = await postmasterAddress(tx)
  for (const hostName of new Set(nodes.map((node) => node.hostName)))
    rendered.lines.push(...renderPostfixHost(hostName, postmaster))
  rendered.wholeDomains.push(...hosts)
  for (const node of nodes) {
    rendered.lines.push(renderNodeSettings(node))
    rendered.keys.push({ domain: '', key: node.name })
  }
}

async function renderDomain(tx: Tx, touched: TouchedDomain, now: Date, rendered: Rendered): Promise<void> {
  const facts = await loadDomainFacts(tx, touched.ref.id)
  const names = [facts.name, ...facts.aliasNames]
  if (touched.self) {
    rendered.lines.push(...renderPostfixDomain(facts), ...renderSigning(facts))
    rendered.signing.push(facts.name)
    for (const name of names) rendered.keys.push({ domain: name, key: name }, { domain: name, key: `@${name}` })
    for (const localPart of RESERVED_LOCAL_PARTS) touched.localParts.add(localPart)
  }
  for (const login of touched.logins) rendered.keys.push({ domain: facts.name, key: login })
  if (touched.all) {
    rendered.wholeDomains.push(...names)
    for await (const localParts of allLocalParts(tx, touched))
      await renderAddresses(tx, touched, facts, localParts, now, rendered)
    return
  }
  await addAliasesOf(tx, facts.name, touched)
  const localParts = [...touched.localParts].sort()
  for (const localPart of localParts)
    for (const name of names) rendered.keys.push({ domain: name, key: `${localPart}@${name}` })
  await renderAddresses(tx, touched, facts, localParts, now, rendered)
}

async function renderAddresses(
  tx: Tx,
  touched: TouchedDomain,
  facts: DomainFacts,
  localParts: string[],
  now: Date,
  rendered: Rendered,
): Promise<void> {
  for (const address of await loadAddressFacts(tx, touched.ref, localParts, now)) {
    rendered.lines.push(...renderPostfixAddress(facts, address))
    for (const line of renderDovecotUser(facts, address)) {
      rendered.lines.push(line)
      if (!touched.all) rendered.keys.push({ domain: line.domain, key: line.key })
    }
  }
}

/** Who may send as an alias depends on whether its targets are mailboxes: aliases of the domain that name a touched address are touched too. */
async function addAliasesOf(tx: Tx, domainName: string, touched: TouchedDomain): Promise<void> {
  if (touched.localParts.size === 0) return
  const aliases = await tx.alias.findMany({
    where: {
      domainId: touched.ref.id,
      targets: { some: { target: { in: [...touched.localParts].map((localPart) => `${localPart}@${domainName}`) } } },
    },
    select: { address: { select: { localPart: true } } },
  })
  for (const alias of aliases) touched.localParts.add(alias.address.localPart)
}

async function* allLocalParts(tx: Tx, touched: TouchedDomain): AsyncGenerator<string[]> {
  const reserved = new Set<string>([...RESERVED_LOCAL_PARTS, ...touched.localParts])
  let after = ''
  for (;;) {
    const rows = await tx.address.findMany({
      where: { domainId: touched.ref.id, localPart: { gt: after } },
      orderBy: { localPart: 'asc' },
      take: CHUNK,
      select: { localPart: true },
    })
    const last = rows.at(-1)
    if (!last) break
    for (const row of rows) reserved.delete(row.localPart)
    yield rows.map((row) => row.localPart)
    after = last.localPart
  }
  yield [...reserved].sort()
}
