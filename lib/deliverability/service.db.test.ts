import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { latestProof, listProbes, listTests } from '@/lib/deliverability/queries'
import { addOutsideProbeSchema } from '@/lib/deliverability/schema'
import { addProbe, removeProbe, requestTest } from '@/lib/deliverability/service'
import type { DomainName } from '@/lib/domains/name'
import { listDomains } from '@/lib/domains/queries'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'

const db = testDb()
const actor = systemActor('test')
const domain = 'example.test' as DomainName
const login = {
  address: 'probe@elsewhere.example',
  imapHost: 'imap.elsewhere.example',
  imapPort: 993,
  submissionHost: 'smtp.elsewhere.example',
  submissionPort: 465,
  user: 'probe',
  password: 'quiet stations',
}
const outside = { ...login, name: 'friend', grade: 'outside' as const, isStandIn: false }

async function seed(): Promise<void> {
  await addProbe(actor, outside)
  await createDomain(actor, { name: domain, description: '' })
  const mailbox = { domain, localPart: 'anna', name: '', password: 'long enough one', quotaMebibytes: null }
  await createMailbox(actor, mailbox)
}

/** A finished test of the domain over the probe. */
async function proof(probe: string, finishedAt: Date): Promise<void> {
  const [{ id: domainId }, { id: probeId, grade }] = await Promise.all([
    db.domain.findUniqueOrThrow({ where: { name: domain } }),
    db.probe.findUniqueOrThrow({ where: { name: probe } }),
  ])
  const data = { domainId, probeId, grade, mailboxId: randomUUID(), sender: `anna@${domain}`, actorName: '' }
  await db.deliverabilityTest.create({
    data: { ...data, state: 'passed', createdAt: finishedAt, finishedAt, result: {} },
  })
}

test('a removed probe takes no test, has no password any more, and stays in what it proved', async () => {
  await seed()
  await proof('friend', new Date(0))
  await removeProbe(actor, { name: 'friend' })
  expect(await listProbes(actor)).toEqual([])
  expect(await db.probe.findUnique({ where: { name: 'friend' } })).toMatchObject({ credentialSealed: '' })
  expect((await listTests(actor)).map((row) => row.probe.name)).toEqual(['friend'])
  await expect(requestTest(actor, { domain, probe: 'friend', localPart: '' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    messageKey: 'test.noProbe',
  })
  await expect(removeProbe(actor, { name: 'friend' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a probe is not removed under a running test', async () => {
  await seed()
  const { result } = await requestTest(actor, { domain, probe: 'friend', localPart: '' })
  await expect(removeProbe(actor, { name: 'friend' })).rejects.toMatchObject({
    code: 'CONFLICT',
    messageKey: 'probe.inUse',
  })
  await db.deliverabilityTest.update({ where: { id: result.id }, data: { state: 'failed', finishedAt: new Date() } })
  await removeProbe(actor, { name: 'friend' })
})

test('a removed probe comes back under its name with a new password', async () => {
  await seed()
  await removeProbe(actor, { name: 'friend' })
  await addProbe(actor, outside)
  expect(await listProbes(actor)).toMatchObject([{ name: 'friend', grade: 'outside', isStandIn: false }])
})

test('a stand-in never becomes a mailbox elsewhere, which would promote what it proved', async () => {
  await addProbe(actor, { ...outside, isStandIn: true })
  await expect(addProbe(actor, outside)).rejects.toMatchObject({ code: 'CONFLICT', messageKey: 'probe.otherKind' })
  await removeProbe(actor, { name: 'friend' })
  await expect(addProbe(actor, outside)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('the best proof is the one truly from outside, however new that of a stand-in', async () => {
  await seed()
  await addProbe(actor, { ...outside, name: 'elsewhere', isStandIn: true })
  await proof('friend', new Date(1_000))
  await proof('elsewhere', new Date(2_000))
  expect(await latestProof(actor, domain)).toMatchObject({ probe: { name: 'friend' } })
  expect((await listDomains(actor)).domains).toMatchObject([{ readiness: { grade: 'standIn' } }])
})

test('what the form sends is refused field by field', () => {
  const typed = { ...login, name: ' ', imapHost: 'http://x', imapPort: '70000', submissionPort: '', password: '' }
  const parsed = addOutsideProbeSchema.safeParse({ ...typed, grade: 'inside', isStandIn: 'true' })
  const messages = parsed.error?.issues.map((issue) => [issue.path[0], issue.message])
  expect(Object.fromEntries(messages ?? [])).toEqual({
    name: 'field.required',
    imapHost: 'probe.host',
    imapPort: 'probe.port',
    submissionPort: 'probe.port',
    password: 'field.required',
  })
  const kept = addOutsideProbeSchema.parse({ ...login, name: 'x', grade: 'inside', isStandIn: true })
  expect(kept).not.toHaveProperty('grade')
  expect(kept).not.toHaveProperty('isStandIn')
})
