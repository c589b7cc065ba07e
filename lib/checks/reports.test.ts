import { expect, test } from 'vitest'
import { reportsFamily } from '@/lib/checks/reports'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import type { WatchedReports } from '@/lib/dmarc/sources/watch'

const lines = async (reports: Partial<WatchedReports>, reportAddress: string | null = 'postmaster@example.test') => {
  const facts = checkedDomain({ reports: { silentDays: 1, stopped: [], ...reports }, reportAddress })
  return (await runFamily(reportsFamily, fakeWorld({}), facts)).lines
}

test('a domain without any report has nothing to watch, and one with reports is fine', async () => {
  expect(await lines({ silentDays: null })).toEqual([])
  expect(await lines({})).toEqual(['reports.arriving ok', 'reports.own-stopped ok'])
})

test('mail of ours that receivers stop is told by its source; of a service it is never more than a question', async () => {
  const stopped = [
    { name: 'mx1', kind: 'own' as const, messages: 100, stopped: 40 },
    { name: 'mx2', kind: 'own' as const, messages: 1000, stopped: 9 },
    { name: 'SendGrid', kind: 'service' as const, messages: 5, stopped: 5 },
  ]
  expect(await lines({ stopped })).toEqual([
    'reports.arriving ok',
    'reports.own-stopped SendGrid attention',
    'reports.own-stopped mx1 broken',
    'reports.own-stopped mx2 attention',
  ])
})

test('reports that stay away are told after a week, where they are to come here', async () => {
  expect(await lines({ silentDays: 7 })).toContain('reports.arriving ok')
  expect(await lines({ silentDays: 8 })).toContain('reports.arriving attention')
  expect(await lines({ silentDays: 8 }, null)).toEqual(['reports.own-stopped ok'])
})
