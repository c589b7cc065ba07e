import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { isEdit, planContent } from '@/lib/dns/plan-content'
import { placeMx } from '@/lib/dns/place-mx'
import { parseDnsPolicy } from '@/lib/dns/policy'
import type { ConfirmPlanInput, TryProviderInput } from '@/lib/dns/schema'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { askToLook, enqueue } from '@/lib/jobs/queue'
import { changeMail } from '@/lib/releases/change-mail'

/** Asks the worker to look at a domain's records now. NOT_FOUND where the domain is not the actor's. */
export async function requestDnsCheck(actor: Actor, input: { domain: string }): Promise<void> {
  requirePermission(actor, 'dns:write')
  const { name } = await requireDnsDomain(actor, input.domain)
  await askToLook('dns.check', { domain: name }, name)
}

/** Plans that are kept of a domain; older ones go. */
const KEPT_PLANS = 20

/**
 * Asks the worker what publishing a domain's records would change, and gives the plan's id. With `movesMail` the MX of
 * another mail server gives way to ours at the domain's own name. INVALID where the domain has no provider, or its mail is
 * to move here and it is parked.
 */
export async function requestDnsPlan(actor: Actor, input: { domain: string; movesMail?: boolean }) {
  const options = { domains: [input.domain], action: 'dns:plan', subject: input.domain }
  return changeMail(actor, 'dns:publish', options, async (change) => {
    const domain = change.domain(input.domain)
    if (domain.dnsProviderId === null) throw new AppError('INVALID', 'dns.noProvider', { name: input.domain })
    if (input.movesMail === true && parseDnsPolicy(domain.dnsPolicy).isParked)
      throw new AppError('INVALID', 'dns.parkedMove', { name: input.domain })
    const plans = { where: { domainId: domain.id }, orderBy: { createdAt: 'desc' }, select: { id: true } } as const
    const old = await change.tx.dnsPlan.findMany({ ...plans, skip: KEPT_PLANS - 1 })
    await change.tx.dnsPlan.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } })
    const { id } = await change.tx.dnsPlan.create({
      data: {
        ...{ domainId: domain.id, state: 'making', movesMail: input.movesMail ?? false },
        ...{ actorName: actor.name, createdAt: change.now },
      },
      select: { id: true },
    })
    await enqueue(change.tx, 'dns.plan', { planId: id })
    return { id }
  })
}

/**
 * Confirms a plan as it was shown: the worker publishes it, as far as the zone is still as the plan found it. Of one that
 * moves the mail, our MX is wanted from now on. NOT_FOUND
 * where the domain has no such plan; CONFLICT where it is not waiting to be confirmed, or changes nothing.
 */
export async function confirmDnsPlan(actor: Actor, input: ConfirmPlanInput) {
  const options = { domains: [input.domain], action: 'dns:confirm', subject: input.domain }
  return changeMail(actor, 'dns:publish', options, async (change) => {
    const plan = await change.tx.dnsPlan.findFirst({
      where: { id: input.plan, domainId: change.domain(input.domain).id },
      select: { id: true, state: true, edits: true, movesMail: true },
    })
    if (!plan) throw new AppError('NOT_FOUND', 'dns.planMissing')
    if (plan.state !== 'ready') throw new AppError('CONFLICT', 'dns.planOver')
    const { provider, sets } = planContent.parse(plan.edits)
    if (!sets.some(isEdit)) throw new AppError('CONFLICT', 'dns.planEmpty')
    if (plan.movesMail) await placeMx(change, input.domain, 'here')
    change.audit({ provider: provider.name, sets: sets.filter(isEdit).map(({ name, type }) => `${name} ${type}`) })
    await change.tx.dnsPlan.update({
      where: { id: plan.id },
      data: { state: 'confirmed', confirmedAt: change.now, actorName: actor.name },
    })
    await enqueue(change.tx, 'dns.apply', { planId: plan.id })
  })
}

/** Takes up again what a worker that was killed had in hand: for a worker that starts. What another one is at is left to it. */
export async function resumeDnsPlans(): Promise<void> {
  await db().$transaction(async (tx) => {
    const plans = await tx.dnsPlan.findMany({
      where: { state: { in: ['making', 'confirmed'] } },
      select: { id: true, state: true },
    })
    for (const { id, state } of plans) await enqueue(tx, state === 'making' ? 'dns.plan' : 'dns.apply', { planId: id })
  })
}

/** Asks the worker to try a provider with a domain, changing nothing there. NOT_FOUND where there is no such provider. */
export async function requestProviderTry(actor: Actor, input: TryProviderInput) {
  const options = { domains: [], action: 'provider:try', subject: input.provider }
  return changeMail(actor, 'provider:write', options, async (change) => {
    const provider = await change.tx.dnsProvider.findUnique({ where: { name: input.provider }, select: { id: true } })
    if (!provider) throw new AppError('NOT_FOUND', 'dns.providerMissing', { name: input.provider })
    await enqueue(change.tx, 'provider.try', { providerId: provider.id, domain: input.domain })
  })
}
