import { expect, test } from 'vitest'
import type { Verified } from '@/lib/deliverability/schema'
import { judge } from '@/lib/deliverability/verdict'

const good: Verified = {
  spf: { result: 'pass', domain: 'example.test', ip: '127.9.8.10', isAligned: true, comment: '' },
  dkim: [
    { result: 'pass', domain: 'example.test', selector: 'ph1', algorithm: 'rsa-sha256', isAligned: true, comment: '' },
  ],
  dmarc: { result: 'pass', domain: 'example.test', policy: 'reject', comment: '' },
}
const outbound = (verified: Verified) => ({ milliseconds: 1, hops: [], receiverSays: [], verified })
const inbound = { milliseconds: 1, hops: [], weSay: [] }

test.each([
  ['all is well', { outbound: outbound(good), inbound }, 'passed', ['proven']],
  [
    'no policy yet',
    { outbound: outbound({ ...good, dmarc: { ...good.dmarc, policy: 'none' } }), inbound },
    'passed',
    ['proven', 'dmarc-policy-none'],
  ],
  ['it never came', { outbound: null, inbound: null }, 'failed', ['not-delivered']],
  ['nothing came back', { outbound: outbound(good), inbound: null }, 'failed', ['one-way']],
  [
    'it is not signed',
    { outbound: outbound({ ...good, dkim: [] }), inbound },
    'failed',
    ['half-authenticated', 'unsigned'],
  ],
  [
    'another domain signed',
    { outbound: outbound({ ...good, dkim: good.dkim.map((s) => ({ ...s, isAligned: false })) }), inbound },
    'failed',
    ['half-authenticated', 'unsigned'],
  ],
  [
    'SPF does not know the server',
    { outbound: outbound({ ...good, spf: { ...good.spf, result: 'fail' } }), inbound },
    'failed',
    ['half-authenticated', 'spf-not-pass'],
  ],
  [
    'a DNS time-out is told as one',
    { outbound: outbound({ ...good, spf: { ...good.spf, result: 'temperror' } }), inbound },
    'failed',
    ['half-authenticated', 'dns-temperror', 'spf-not-pass'],
  ],
  [
    'no DMARC record',
    { outbound: outbound({ ...good, dmarc: { ...good.dmarc, result: 'none' } }), inbound },
    'failed',
    ['not-authenticated', 'no-dmarc'],
  ],
] as const)('%s', (_name, result, state, codes) => {
  expect(judge(result as Parameters<typeof judge>[0])).toEqual({ state, codes })
})
