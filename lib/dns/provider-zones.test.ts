import { expect, test } from 'vitest'
import { zonesAt } from '@/lib/dns/provider-zones'
import { fakeProvider } from '@/lib/dns/testing/fake-provider'

test('each of a domain’s names has its zone, which is looked for once; other domains’ are theirs', async () => {
  const asked: string[] = []
  const provider = fakeProvider('test', new Map())
  const counted = {
    ...provider,
    findZone: (name: string) => {
      asked.push(name)
      return provider.findZone(name)
    },
  }
  const zoneOf = zonesAt(counted, ['a.test', 'a.example'])
  expect(await zoneOf('_dmarc.a.test')).toEqual({ status: 'found', zone: 'test' })
  expect(await zoneOf('a.test')).toEqual({ status: 'found', zone: 'test' })
  expect(await zoneOf('_dmarc.a.example')).toEqual({ status: 'refused', words: 'not here' })
  expect(await zoneOf('a.test._report._dmarc.b.test')).toEqual({ status: 'outside' })
  expect(asked).toEqual(['a.test', 'a.example'])
})
