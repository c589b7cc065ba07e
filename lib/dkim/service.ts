import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { requestDomainKey } from '@/lib/dkim/request'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

/**
 * Begins the rotation of a domain's key, or asks for the first one: the worker makes the new key, has its record
 * published, and switches when every cache must know it. CONFLICT while a new key is already on its way.
 */
export async function rotateKey(actor: Actor, domainName: string) {
  const options = { domains: [domainName], action: 'dkim-key:rotate', subject: domainName }
  return changeMail(actor, 'dkim:write', options, async (change) => {
    const { id } = change.domain(domainName)
    const underWay = await change.tx.dkimKey.findFirst({
      where: { domainId: id, state: { in: ['requested', 'generated', 'published'] } },
      select: { selector: true },
    })
    if (underWay) throw new AppError('CONFLICT', 'dkim.rotationUnderWay', { selector: underWay.selector })
    const selector = await requestDomainKey(change.tx, id, change.now)
    change.audit({ selector })
    return { selector }
  })
}
