import 'server-only'
import { randomUUID } from 'node:crypto'
import { decodePairingCode, type PairingCode } from '@/lib/agent-protocol/messages'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { syncAllDomainRecords } from '@/lib/dns/service'
import { renderDomainsAgain } from '@/lib/domains/render-again'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'
import { readServerSettings } from '@/lib/settings/queries'

/**
 * Adds a mail node by the code that its agent printed; adding the same node again takes over its new address,
 * certificate and token. Domains without a home get it when it is an imap node. INVALID where the text is no code.
 */
export async function addNode(actor: Actor, codeText: string) {
  requirePermission(actor, 'node:write')
  const code = decodePairingCode(codeText)
  if (!code) throw new AppError('INVALID', 'node.badCode', {}, { field: 'code' })
  const options = { domains: [], action: 'node:add', subject: code.name }
  const done = await changeMail(actor, 'node:write', options, async (change) => {
    const { tx } = change
    const before = await tx.node.findUnique({ where: { name: code.name }, select: { id: true, hostName: true } })
    const id = before?.id ?? randomUUID()
    const named = await nameOf(tx, id, code)
    const data = {
      roles: code.roles,
      ...named,
      agentUrl: code.url,
      agentFingerprint: code.fingerprint,
      agentTokenSealed: sealForWorker(code.token, `Node/${id}/agentToken`),
      services: code.services,
      removedAt: null,
      lastError: null,
    }
    await tx.node.upsert({ where: { name: code.name }, create: { id, name: code.name, ...data }, update: data })
    if (before) change.touchHost(before.hostName)
    if (code.roles.includes('smtp')) change.touchHost(named.hostName)
    await tx.$executeRaw`SELECT pg_notify('posthouse_work', 'node')`
    return { name: code.name, isNew: before === null }
  })
  if (code.roles.includes('imap')) await settleDomains(actor, code.name)
  await syncAllDomainRecords(actor)
  return done
}

/** The first smtp node is the server of the settings once they name one; any other is what its code says. */
async function nameOf(tx: Tx, id: string, code: PairingCode): Promise<{ hostName: string; publicAddresses: string[] }> {
  const { hostName, publicAddresses } = await readServerSettings(tx)
  const first = await tx.node.findFirst({
    where: { removedAt: null, roles: { has: 'smtp' } },
    orderBy: { createdAt: 'asc' },
    select: { id: true },
  })
  const isServer = code.roles.includes('smtp') && (first?.id ?? id) === id
  return isServer && hostName !== null
    ? { hostName, publicAddresses }
    : { hostName: code.hostName, publicAddresses: code.publicAddresses }
}

/** Gives domains without a home this one, and renders again those whose home has moved to another address. */
async function settleDomains(actor: Actor, nodeName: string): Promise<void> {
  const node = await db().node.findUniqueOrThrow({ where: { name: nodeName }, select: { id: true } })
  const where = { OR: [{ homeNodeId: null }, { homeNodeId: node.id }] }
  const options = { action: 'node:home', subject: nodeName, where }
  await renderDomainsAgain(actor, 'node:write', options, async ({ tx }, names) => {
    await tx.domain.updateMany({ where: { name: { in: [...names] } }, data: { homeNodeId: node.id } })
  })
}
