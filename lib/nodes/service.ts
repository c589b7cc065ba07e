import 'server-only'
import { randomUUID } from 'node:crypto'
import { decodePairingCode } from '@/lib/agent-protocol/messages'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { syncAllDomainRecords } from '@/lib/dns/service'
import { renderDomainsAgain } from '@/lib/domains/render-again'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

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
    const data = {
      roles: code.roles,
      hostName: code.hostName,
      publicAddresses: code.publicAddresses,
      agentUrl: code.url,
      agentFingerprint: code.fingerprint,
      agentTokenSealed: sealForWorker(code.token, `Node/${id}/agentToken`),
      services: code.services,
      removedAt: null,
      lastError: null,
    }
    await tx.node.upsert({ where: { name: code.name }, create: { id, name: code.name, ...data }, update: data })
    if (code.roles.includes('smtp')) change.touchHost(code.hostName)
    await tx.$executeRaw`SELECT pg_notify('posthouse_work', 'node')`
    return { name: code.name, isNew: before === null }
  })
  if (code.roles.includes('imap')) await settleDomains(actor, code.name)
  await syncAllDomainRecords(actor)
  return done
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
