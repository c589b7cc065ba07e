import { describe, expect, it } from 'vitest'
import { matchDomain, selfAndParents } from '@/lib/dmarc/match-domain'

const own = [
  { name: 'example.org', domainId: 'A' },
  { name: 'shop.example.org', domainId: 'B' },
  { name: 'mail.other.example', domainId: 'C' },
  { name: 'news.other.example', domainId: 'D' },
]
const match = (policyDomain: string, ...from: string[]) => matchDomain(policyDomain, new Set(from), own)

describe('the domain a report belongs to', () => {
  it.each([
    ['the policy domain itself', 'example.org', ['example.org'], 'A'],
    ['the nearest domain above a sub-domain', 'x.shop.example.org', ['x.shop.example.org'], 'B'],
    ['a domain two levels above', 'a.b.example.org', ['a.b.example.org'], 'A'],
    [
      'the one domain below the policy that all mail is from',
      'other.example',
      ['mail.other.example', 'a.mail.other.example'],
      'C',
    ],
    [
      'nobody, when mail of several domains is in it',
      'other.example',
      ['mail.other.example', 'news.other.example'],
      null,
    ],
    ['nobody, when mail of a stranger is in it', 'other.example', ['mail.other.example', 'other.example'], null],
    ['nobody, for a name that only ends alike', 'badexample.org', ['badexample.org'], null],
    ['nobody, for a top-level domain', 'org', ['x.org'], null],
  ])('is %s', (_what, policyDomain, from, expected) => {
    expect(match(policyDomain, ...from)).toBe(expected)
  })

  it('is looked for down to two labels', () => {
    expect(selfAndParents('a.b.example.org')).toEqual(['a.b.example.org', 'b.example.org', 'example.org'])
    expect(selfAndParents('org')).toEqual(['org'])
  })
})
