import 'server-only'
import { randomUUID } from 'node:crypto'
import { parseAddress } from '@/lib/addresses/address'
import type { Actor } from '@/lib/auth/actor'
import type { AddProbeInput, RequestTestInput } from '@/lib/deliverability/schema'
import { AppError } from '@/lib/errors/app-error'
import { enqueue } from '@/lib/jobs/queue'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

/**
 * Asks the worker for one deliverability test from a mailbox of the domain (the first where none is named) to a probe and
 * back. Returns its id at once. INVALID where the domain has no mailbox that may send; CONFLICT while one runs.
 */
export async function requestTest(actor: Actor, input: RequestTestInput) {
  const options = { domains: [input.domain], action: 'test:run', subject: input.domain }
  return changeMail(actor, 'test:run', options, async (change) => {
    const { tx } = change
    const { id: domainId, name } = change.domain(input.domain)
    const probe = await tx.probe.findUnique({ where: { name: input.probe }, select: { id: true, grade: true } })
    if (!probe) throw new AppError('NOT_FOUND', 'test.noProbe', { name: input.probe }, { field: 'probe' })
    const mailbox = await tx.mailbox.findFirst({
      where: {
        domainId,
        deletedAt: null,
        disabledAt: null,
        isSubmissionEnabled: true,
        isImapEnabled: true,
        isSendOnly: false,
        ...(input.localPart !== '' && { address: { localPart: input.localPart } }),
      },
      orderBy: { createdAt: 'asc' },
      select: { id: true, address: { select: { localPart: true } } },
    })
    if (!mailbox) throw new AppError('INVALID', 'test.noMailbox', { name }, { field: 'localPart' })
    const running = await tx.deliverabilityTest.findFirst({
      where: { domainId, state: { in: ['queued', 'running'] }, createdAt: { gt: new Date(Date.now() - 5 * 60_000) } },
      select: { id: true },
    })
    if (running) throw new AppError('CONFLICT', 'test.running', { name })
    const sender = `${mailbox.address.localPart}@${name}`
    const test = await tx.deliverabilityTest.create({
      data: { domainId, probeId: probe.id, mailboxId: mailbox.id, sender, grade: probe.grade, actorName: actor.name },
      select: { id: true },
    })
    await enqueue(tx, 'test.run', { testId: test.id })
    change.audit({ probe: input.probe, sender })
    return { id: test.id }
  })
}

/** Adds or replaces a mailbox elsewhere that tests are sent to. Its password is sealed to the worker. */
export async function addProbe(actor: Actor, input: AddProbeInput) {
  const address = parseAddress(input.address)
  if (!address.ok) throw new AppError('INVALID', address.reason, {}, { field: 'address' })
  const { name, grade, isStandIn, password, imapHost, imapPort, submissionHost, submissionPort, user } = input
  return changeMail(actor, 'probe:write', { domains: [], action: 'probe:add', subject: name }, async ({ tx }) => {
    const before = await tx.probe.findUnique({ where: { name }, select: { id: true } })
    const id = before?.id ?? randomUUID()
    const data = {
      grade,
      isStandIn,
      address: address.value.address,
      config: { imapHost, imapPort, submissionHost, submissionPort, user },
      credentialSealed: sealForWorker(password, `Probe/${id}/password`),
    }
    await tx.probe.upsert({ where: { name }, create: { id, name, ...data }, update: data })
    return { name }
  })
}
