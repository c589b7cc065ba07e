import { describe, expect, it } from 'vitest'
import { orderOperations, STEPS } from './order'

const put = (map: string, key: string, after = key) => ({ map, domain: 'a.test', key, before: null, after })
const remove = (map: string, key: string, before = key) => ({ map, domain: 'a.test', key, before, after: null })
const namesOf = (operations: Parameters<typeof orderOperations>[0]) =>
  orderOperations(operations).map(({ step }) => STEPS[step])

describe('the order of changes', () => {
  it('adds who takes mail before who hands it over, and the domain last', () => {
    expect(
      namesOf([
        put('smtp/domains', 'a.test'),
        put('smtp/aliases', '@a.test', 'ann@a.test'),
        put('smtp/aliases', 'info@a.test', 'ann@a.test'),
        put('smtp/senders', 'ann@a.test'),
        put('smtp/mailboxes', 'ann@a.test', 'id/'),
        put('smtp/aliases', 'ann@a.test', 'ann@a.test'),
        put('smtp/homes', 'a.test'),
        put('imap/users', 'ann@a.test'),
      ]),
    ).toEqual([
      'users.put',
      'homes.put',
      'identities.put',
      'mailboxes.put',
      'senders.put',
      'aliases.put',
      'catchalls.put',
      'domains.put',
    ])
  })

  it('takes away in the reverse order, with the refusal there first', () => {
    expect(
      namesOf([
        remove('imap/users', 'ann@a.test'),
        remove('smtp/aliases', 'ann@a.test', 'ann@a.test'),
        remove('smtp/mailboxes', 'ann@a.test', 'id/'),
        remove('smtp/senders', 'ann@a.test'),
        remove('smtp/aliases', 'info@a.test', 'ann@a.test'),
        put('smtp/access', 'ann@a.test', '550 5.1.1 Gone'),
      ]),
    ).toEqual([
      'access.put',
      'aliases.delete',
      'senders.delete',
      'mailboxes.delete',
      'identities.delete',
      'users.delete',
    ])
  })

  it('refuses a map that has no place in it', () => {
    expect(() => orderOperations([put('smtp/pipes', 'a.test')])).toThrow('no step for map smtp/pipes')
  })
})
