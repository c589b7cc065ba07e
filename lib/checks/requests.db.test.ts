import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { requestDomainChecks, requestFindingCheck, requestNodeChecks } from '@/lib/checks/requests'
import { testDb } from '@/lib/db/testing'
import { requestDnsCheck } from '@/lib/dns/requests'
import { domainNameSchema } from '@/lib/domains/name'
import { requestServerChecks } from '@/lib/settings/requests'

const db = testDb()
const owner = systemActor('test')
const now = new Date('2026-11-22T12:00:00Z')

/** Jobs that wait, as `queue key`. Those of another test have other keys. */
async function waiting(...keys: string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ name: string; key: string }[]>`
    SELECT name, singleton_key AS key FROM jobs.job WHERE state = 'created' AND singleton_key = ANY(${keys}) ORDER BY 1, 2`
  return rows.map(({ name, key }) => `${name} ${key}`)
}

test('looking again leaves no trace of who asked, and asks the worker once however often it is asked', async () => {
  const name = domainNameSchema.parse(`asked-${Date.now()}.test`)
  const { id } = await db.domain.create({ data: { name } })
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const node = await db.node.create({
    data: { name: 'mx1', hostName: 'mx1.test', roles: ['smtp'], services: {}, ...agent },
  })
  const finding = await db.finding.create({
    data: { scope: `domain:${id}`, domainId: id, check: 'mx.missing', level: 'broken', since: now, checkedAt: now },
  })
  const ask = () =>
    Promise.all([
      requestDnsCheck(owner, { domain: name }),
      requestDomainChecks(owner, { domain: name }, 0),
      requestFindingCheck(owner, { id: finding.id }, 0),
      requestNodeChecks(owner, { node: 'mx1' }, 0),
      requestServerChecks(owner, 0),
    ])
  await ask()
  await ask()
  await Promise.all([ask(), ask()])
  const keys = [name, `domain ${id} `, `domain ${id} mx.missing`, `node ${node.id} `, 'server']
  expect(await waiting(...keys)).toEqual([
    `check.run domain ${id} `,
    `check.run domain ${id} mx.missing`,
    `check.run node ${node.id} `,
    `dns.check ${name}`,
    'server.check server',
  ])
  expect(await db.auditEntry.count()).toBe(0)
  expect(await db.release.count()).toBe(0)
})
