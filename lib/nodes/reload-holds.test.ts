import { expect, test } from 'vitest'
import { holdsForReloads, pendingMs } from '@/lib/nodes/reload-holds'

const domain = { map: 'smtp/domains', domain: 'example.test', key: 'example.test', after: 'hosted' }
const mailbox = { map: 'smtp/mailboxes', domain: 'example.test', key: 'anna@example.test', after: 'id/' }
const signing = { map: 'dkim/signingtable', domain: 'example.test', key: '*@example.test', after: null }
const answer = (daemon: 'postfix' | 'opendkim-sign', state: 'done' | 'pending' | 'down' | 'failed', inMs = 0) => ({
  ...{ daemon, state, inMs },
  words: `${daemon} ${state}`,
})

test('what its daemon has not been reloaded for is on hold, with the value that is on the disk', () => {
  const holds = holdsForReloads(
    [domain, mailbox, signing],
    [answer('postfix', 'pending', 3_000), answer('opendkim-sign', 'failed')],
  )
  expect(holds).toEqual([
    {
      ...{ map: 'smtp/domains', domain: 'example.test', key: 'example.test' },
      ...{ appliedValue: 'hosted', reason: 'reload', words: 'postfix pending' },
    },
    {
      ...{ map: 'dkim/signingtable', domain: 'example.test', key: '*@example.test' },
      ...{ appliedValue: null, reason: 'reload-failed', words: 'opendkim-sign failed' },
    },
  ])
})

test('nothing is on hold where every reload is done or none was needed', () => {
  expect(holdsForReloads([domain], [answer('postfix', 'done')])).toEqual([])
  expect(holdsForReloads([mailbox], [answer('postfix', 'down')])).toEqual([])
})

test('the pause is that of the last reload that was put off', () => {
  expect(pendingMs([answer('postfix', 'pending', 3_000), answer('opendkim-sign', 'down')])).toBeGreaterThanOrEqual(
    3_000,
  )
  expect(pendingMs([answer('postfix', 'failed')])).toBeNull()
})
