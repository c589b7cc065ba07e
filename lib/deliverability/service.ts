import 'server-only'
import { randomUUID } from 'node:crypto'
import { parseAddress } from '@/lib/addresses/address'
import type { Actor } from '@/lib/auth/actor'
import type { AddProbeInput, RemoveProbeInput, RequestTestInput } from '@/lib/deliverability/schema'
import { AppError } from '@/lib/errors/app-error'
import type { Prisma } from '@/lib/db/generated/client'
import { enqueue } from '@/lib/jobs/queue'
import { changeMail } from '@/lib/releases/change-mail'
import { sealForWorker } from '@/lib/secrets/seal'

/** A test that nobody finished in this time is not under way any more: its worker is gone. */
const TEST_MILLISECONDS = 5 * 60_000

const underWay = (): Prisma.DeliverabilityTestWhereInput => ({
  state: { in: ['queued', 'running'] },
  createdAt: { gt: new Date(Date.now() - TEST_MILLISECONDS) },
})

/**
 * Asks the worker for one deliverability test from a mailbox of the domain (the first where none is named) to a probe and
 * back. Returns its id at once. INVALID where the domain has no mailbox that may send; CONFLICT while one runs.
 */
export async function requestTest(actor: Actor, input: RequestTestInput) {
  const options = { domains: [input.domain], action: 'test:run', subject: input.domain }
  return changeMail(actor, 'test:run', options, async (change) => {
    const { tx } = change
    const { id: domainId, name } = change.domain(input.domain)
    // Locked, so that it is not removed between this look and the test that names it.
    const [probe] = await tx.$queryRaw<{ id: string; grade: string }[]>`
      SELECT id, grade FROM probe WHERE name = ${input.probe} AND removed_at IS NULL FOR SHARE`
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
      where: { domainId, ...underWay() },
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

/**
 * Adds or replaces a mailbox elsewhere that tests are sent to. Its password is sealed to the worker. CONFLICT where the
 * name stands for one of another kind: its tests would then prove something else than they did.
 */
export async function addProbe(actor: Actor, input: AddProbeInput) {
  const address = parseAddress(input.address)
  if (!address.ok) throw new AppError('INVALID', address.reason, {}, { field: 'address' })
  const { name, grade, isStandIn, password, imapHost, imapPort, submissionHost, submissionPort, user } = input
  return changeMail(actor, 'probe:write', { domains: [], action: 'probe:add', subject: name }, async ({ tx }) => {
    const before = await tx.probe.findUnique({ where: { name }, select: { id: true, grade: true, isStandIn: true } })
    if (before && (before.grade !== grade || before.isStandIn !== isStandIn))
      throw new AppError('CONFLICT', 'probe.otherKind', { name }, { field: 'name' })
    const id = before?.id ?? randomUUID()
    const data = {
      grade,
      isStandIn,
      address: address.value.address,
      config: { imapHost, imapPort, submissionHost, submissionPort, user },
      credentialSealed: sealForWorker(password, `Probe/${id}/password`),
      removedAt: null,
    }
    await tx.probe.upsert({ where: { name }, create: { id, name, ...data }, update: data })
    return { name }
  })
}

/**
 * Removes a mailbox elsewhere: no test is sent to it any more and its password is forgotten. The row stays, because past
 * tests say what they proved by it. NOT_FOUND where there is none; CONFLICT while a test uses it.
 */
export async function removeProbe(actor: Actor, { name }: RemoveProbeInput) {
  return changeMail(actor, 'probe:write', { domains: [], action: 'probe:remove', subject: name }, async (change) => {
    const { tx, now } = change
    const [probe] = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM probe WHERE name = ${name} AND removed_at IS NULL FOR UPDATE`
    if (!probe) throw new AppError('NOT_FOUND', 'test.noProbe', { name })
    const test = await tx.deliverabilityTest.findFirst({
      where: { probeId: probe.id, ...underWay() },
      select: { id: true },
    })
    if (test) throw new AppError('CONFLICT', 'probe.inUse', { name })
    await tx.probe.update({ where: { id: probe.id }, data: { removedAt: now, credentialSealed: '' } })
    return { name }
  })
}
