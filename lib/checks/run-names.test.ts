import { describe, expect, test } from 'vitest'
import { result, type DomainFacts } from '@/lib/checks/check'
import { sideOf } from '@/lib/checks/level'
import { checkFamilies } from '@/lib/checks/registry'
import { runNames } from '@/lib/checks/run-names'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { fakeFamily } from '@/lib/checks/testing/fake-family'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { aliasRecords } from '@/lib/dns/wanted-records'

const world = fakeWorld()
const ofNames = (...names: string[]) => names.map((name) => checkedDomain({ name }))
const each = fakeFamily<DomainFacts>('mx', ['mx.missing'], ({ name }) => [
  result('mx.missing', 'ok', { found: [name] }),
])
const own = fakeFamily<DomainFacts>('dkim', ['dkim.missing'], () => [result('dkim.missing', 'ok')])
const families = { domain: [each, own], alias: [each] }

test('results say which name they are of, and other names are asked what concerns every name', async () => {
  const names = { facts: checkedDomain(), aliases: ofNames('b.test', 'c.test') }
  const { checks, results } = await runNames(families, world, names)
  expect(checks).toEqual(['mx.missing', 'dkim.missing'])
  expect(results.map(({ check, alias, found }) => [check, alias, ...found].join(' '))).toEqual([
    'mx.missing  example.test',
    'dkim.missing ',
    'mx.missing b.test b.test',
    'mx.missing c.test c.test',
  ])
})

test('one check again is that check of every name', async () => {
  const names = { facts: checkedDomain(), aliases: ofNames('b.test') }
  const ofMx = await runNames(families, world, names, { only: 'mx.missing' })
  expect(ofMx.results.map(({ alias }) => alias)).toEqual(['', 'b.test'])
  const ofDkim = await runNames(families, world, names, { only: 'dkim.missing' })
  expect(ofDkim.results.map(({ alias }) => alias)).toEqual([''])
})

test('a family that breaks over one name is a fault of that name alone', async () => {
  const breaks = fakeFamily<DomainFacts>('mx', ['mx.missing'], ({ name }) => {
    if (name === 'b.test') throw new Error('this one breaks')
    return [result('mx.missing', 'ok')]
  })
  const names = { facts: checkedDomain(), aliases: ofNames('b.test', 'c.test') }
  const { results, faults } = await runNames({ domain: [breaks], alias: [breaks] }, world, names)
  expect(results.map(({ alias, level }) => `${alias} ${level}`)).toEqual([' ok', 'b.test unknown', 'c.test ok'])
  expect(faults).toHaveLength(1)
})

describe('another name whose zone has what is planned for it', () => {
  const node = checkedNode()
  const policy = parseDnsPolicy({ dmarc: { p: 'reject' }, clients: false })
  const [host] = [{ hostName: node.hostName, publicAddresses: [...node.publicAddresses], roles: ['smtp'] }]
  const wanted = aliasRecords(
    {
      ...{ domain: 'a.example', kind: 'hosted' as const, policy, hosts: [host], hostsInside: [], keys: [] },
      ...{ delegation: null, panelHost: null, services: {}, ttlSeconds: 3600 },
    },
    'b.example',
  )
  const look = async (records: Record<string, string[]>) => {
    const names = {
      facts: checkedDomain({ name: 'a.example' }),
      aliases: [checkedDomain({ name: 'b.example', policy, wanted, nodes: [node], reportAddress: null })],
    }
    const { alias } = checkFamilies({ lists: [], outside: { dial: null, postmasterAddress: null } })
    const { results } = await runNames({ domain: [], alias }, fakeWorld(records), names)
    return results.filter(({ check, level }) => sideOf(level) === 'wrong' && !check.startsWith('zone.'))
  }
  const published = {
    ...Object.fromEntries(wanted.map(({ name, type, value }) => [`${name} ${type}`, [value]])),
    [`${node.hostName} A`]: [...node.publicAddresses],
  }

  test('is fine, also where DMARC refuses what is not aligned: mail from it passes by SPF, and needs no key', async () => {
    expect(published['_dmarc.b.example TXT']?.[0]).toContain('p=reject')
    expect(Object.keys(published).filter((name) => name.includes('_domainkey'))).toEqual([])
    expect(await look(published)).toEqual([])
  })

  test('is wrong by its own name where SPF leaves our servers out', async () => {
    const wrong = await look({ ...published, 'b.example TXT': ['v=spf1 ip4:192.0.2.9 -all'] })
    expect(wrong).toMatchObject([{ check: 'spf.own-addresses', alias: 'b.example', level: 'broken' }])
  })
})
