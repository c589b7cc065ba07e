import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CheckFamily, DomainFacts, NodeFacts } from '@/lib/checks/check'
import { daneFamily } from '@/lib/checks/dane'
import { hostFamily } from '@/lib/checks/host'
import { mxFamily } from '@/lib/checks/mx'
import { domainReputationFamily, reputationFamily } from '@/lib/checks/reputation'
import { smtpFamily } from '@/lib/checks/smtp'
import { questionsFor } from '@/lib/checks/smtp-questions'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { seenSmtp, seenTls } from '@/lib/checks/testing/seen'
import { zoneFamily } from '@/lib/checks/zone'
import type { CheckWorld, SeenTls, SmtpDialogue } from '@/lib/checks/world'
import type { DnsAnswer } from '@/lib/dns/answer'
import type { AuthorityResult } from '@/lib/dns/authority'
import { answerOf } from '@/lib/dns/testing/fake-ask'

const DOMAIN = 'example.net'
const node = checkedNode({
  publicAddresses: ['9.9.9.10', '2620:fe::10'],
  services: { smtp: 'mail.example.net:25', imaps: '[::1]:993', sieve: 'x' },
})

const value = fc.constantFrom(
  ...[
    '',
    '.',
    '0 .',
    '10',
    '10 192.0.2.1.',
    '10 mx1.posthouse.org.',
    '-1 a..b.',
    'mx1.posthouse.org.',
    '9.9.9.10',
    '127.0.0.1',
  ],
  ...[
    '127.0.0.4',
    '127.255.255.254',
    '::1',
    '10.0.0.1',
    '3 1 1 ab',
    '2 x',
    '0 issue ";"',
    '1 13 2 ab',
    'a b c d e f g',
    '\u0000\ud800{n}',
  ],
  'x'.repeat(5_000),
)
const soa = fc.constantFrom(null, { zone: DOMAIN, negativeTtlSeconds: 1 }, { zone: '', negativeTtlSeconds: 1 })
const answer: fc.Arbitrary<DnsAnswer> = fc.oneof(
  fc
    .record({ values: fc.array(value, { minLength: 1, maxLength: 3 }), isAuthentic: fc.boolean(), soa })
    .map(({ values, ...more }): DnsAnswer => ({ ...answerOf(DOMAIN, 'A', values), ...more })),
  fc.record({ status: fc.constantFrom('nodata', 'nxdomain'), isAuthentic: fc.boolean(), soa }),
  fc.constantFrom<DnsAnswer>(
    { status: 'alias', target: 'x.example.org', ttlSeconds: 1 },
    {
      status: 'referral',
      zone: DOMAIN,
      serverNames: ['ns.example.net'],
      glue: [{ name: 'ns.example.net', address: 'x' }],
    },
    ...(['timeout', 'unreachable', 'servfail', 'refused', 'malformed', 'not-authoritative'] as const).map(
      (reason): DnsAnswer => ({ status: 'temperror', reason, words: reason }),
    ),
  ),
)
const authority = fc.constantFrom<AuthorityResult>(
  { status: 'temperror', words: 'SERVFAIL' },
  { status: 'found', authority: { zone: DOMAIN, servers: [] } },
  {
    status: 'found',
    authority: {
      zone: DOMAIN,
      servers: [
        { name: 'ns.example.net', addresses: [{ address: '10.0.0.1', port: 53 }] },
        { name: 'b', addresses: [] },
      ],
    },
  },
)
const tls = fc.constantFrom<SeenTls>(seenTls(), seenTls({ keyType: 'dsa', keyBits: 0, subjectNames: [] }, ''), {
  ...{ status: 'failed', words: 'ECONNRESET' },
})
const reply = fc.constantFrom('250 ok', '452 later', '550 no', '', 'x')
const dialogue: fc.Arbitrary<SmtpDialogue> = fc.oneof(
  fc.constantFrom<SmtpDialogue>({ status: 'timeout', words: '' }, { status: 'nonsense', words: '\u0000' }),
  fc
    .record({
      banner: fc.constantFrom('220 a.b', '220', '554 no', ''),
      tls: fc.option(tls),
      replies: fc.array(reply, { maxLength: 30 }),
    })
    .map(({ replies, ...more }) =>
      seenSmtp({
        ...more,
        replies: Object.fromEntries(replies.map((text, at) => [questionsFor(node.hostName)[at] ?? '', text])),
      }),
    ),
)

/** A world that says anything to anybody, but the same twice. */
const world: fc.Arbitrary<CheckWorld> = fc
  .record({
    answers: fc.array(answer, { minLength: 1, maxLength: 9 }),
    authority,
    tls,
    dialogue,
    isAllowed: fc.boolean(),
  })
  .map(({ answers, ...said }) => {
    const known = new Map<string, DnsAnswer>()
    const found = fakeWorld(
      {},
      {
        authority: () => Promise.resolve(said.authority),
        smtp: () => Promise.resolve(said.dialogue),
        tls: () => Promise.resolve(said.tls),
        isAllowed: () => said.isAllowed,
      },
    )
    found.dns.ask = (server, ...question) => {
      const key = [server.address, ...question].join()
      const one = known.get(key) ?? answers[known.size % answers.length]
      if (!one) throw new Error('no answers')
      known.set(key, one)
      return Promise.resolve(one)
    }
    return found
  })

const ofDomain: CheckFamily<DomainFacts>[] = [zoneFamily, mxFamily, domainReputationFamily()]
const ofNode: CheckFamily<NodeFacts>[] = [
  ...[
    hostFamily({ dial: () => Promise.reject(new Error('x')), postmasterAddress: 'a@example.org' }),
    smtpFamily,
    daneFamily,
  ],
  reputationFamily(),
]

test('whatever the world says, every family gives its results, each with words', async () => {
  const domain = checkedDomain({ name: DOMAIN, nodes: [node] })
  await fc.assert(
    fc.asyncProperty(world, async (anything) => {
      const results = await Promise.all([
        ...ofDomain.map((family) => runFamily(family, anything, domain)),
        ...ofNode.map((family) => runFamily(family, anything, node)),
      ])
      expect(results).toHaveLength(ofDomain.length + ofNode.length)
    }),
    { numRuns: 60 },
  )
}, 60_000)
