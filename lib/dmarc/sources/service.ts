import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import type { NameSourceInput, RemoveSourceNameInput } from '@/lib/dmarc/sources/schema'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

const MOST_NAMES = 500

/**
 * Gives those that send for a domain and fit the match a name, and says whether they send for us. Whoever fits a match
 * that has a name already is renamed. One name is one source, so all that has the name sends for us or does not: CONFLICT
 * where it is said otherwise of another match, or where the domain has 500 names.
 */
export async function nameSource(actor: Actor, { domain, match, name, isOurs }: NameSourceInput) {
  const options = { domains: [domain], action: 'report-source:name', subject: name }
  return changeMail(actor, 'report:write', options, async (change) => {
    const { id: domainId } = change.domain(domain)
    const others = { domainId, match: { not: match } }
    if ((await change.tx.sourceName.count({ where: others })) >= MOST_NAMES)
      throw new AppError('CONFLICT', 'report.tooManyNames', { most: MOST_NAMES })
    const opposite = await change.tx.sourceName.findFirst({
      where: { ...others, name, isOurs: !isOurs },
      select: { match: true },
    })
    if (opposite)
      throw new AppError('CONFLICT', 'report.saidOtherwise', { name, match: opposite.match }, { field: 'isOurs' })
    change.audit({ match, isOurs })
    const said = { name, isOurs, createdAt: change.now, createdBy: actor.name }
    return change.tx.sourceName.upsert({
      where: { domainId_match: { domainId, match } },
      create: { domainId, match, ...said },
      update: said,
      select: { id: true },
    })
  })
}

/** Takes a name away from those that fit its match. NOT_FOUND where it is not a name of that domain. */
export async function removeSourceName(actor: Actor, { domain, id }: RemoveSourceNameInput) {
  const options = { domains: [domain], action: 'report-source:unname', subject: domain }
  return changeMail(actor, 'report:write', options, async (change) => {
    const where = { id, domainId: change.domain(domain).id }
    const row = await change.tx.sourceName.findFirst({ where, select: { name: true, match: true } })
    if (!row) throw new AppError('NOT_FOUND', 'report.sourceNameMissing')
    change.audit(row)
    await change.tx.sourceName.delete({ where: { id } })
  })
}
