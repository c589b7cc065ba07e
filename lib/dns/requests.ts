import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { AppError } from '@/lib/errors/app-error'
import { enqueue } from '@/lib/jobs/queue'
import { changeMail } from '@/lib/releases/change-mail'

/** Asks the worker to look at a domain's records now. NOT_FOUND where the domain is not the actor's. */
export async function requestDnsCheck(actor: Actor, input: { domain: string }) {
  const options = { domains: [input.domain], action: 'dns:check', subject: input.domain }
  return changeMail(actor, 'dns:write', options, async ({ tx }) => {
    await enqueue(tx, 'dns.check', { domain: input.domain }, { singletonKey: input.domain })
  })
}

/** Asks the worker to publish a domain's records through its provider. INVALID where it has none. */
export async function requestDnsPublish(actor: Actor, input: { domain: string }) {
  const options = { domains: [input.domain], action: 'dns:publish', subject: input.domain }
  return changeMail(actor, 'dns:publish', options, async (change) => {
    if (change.domain(input.domain).dnsProviderId === null)
      throw new AppError('INVALID', 'dns.noProvider', { name: input.domain })
    await enqueue(
      change.tx,
      'dns.publish',
      { domain: input.domain, actorName: actor.name },
      { singletonKey: input.domain },
    )
  })
}
