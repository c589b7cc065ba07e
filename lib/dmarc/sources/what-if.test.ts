import { expect, test } from 'vitest'
import type { SourceLine } from '@/lib/dmarc/sources/group-sources'
import { whatIf, type Proposal, type WhatIfWorld } from '@/lib/dmarc/sources/what-if'

const WORLD: WhatIfWorld = {
  domain: 'example.org',
  nodeOf: new Map([['192.0.2.1', 'mx1']]),
  selectors: new Map([['s1', true]]),
  nameOf: new Map(),
  missing: new Set(['no.example.org']),
}
const REJECT: Proposal = { p: 'reject', sp: null, np: null, adkim: 'r', aspf: 'r' }
const own: SourceLine = {
  ...{ sourceIp: '192.0.2.1', messages: 1000, isDkimAligned: true, isSpfAligned: true, isStopped: false, override: '' },
  ...{ headerFrom: 'example.org', dkim: ['pass example.org s1'], spf: 'pass example.org' },
}
const line = (changes: Partial<SourceLine>): SourceLine => ({ ...own, ...changes })
const fails = { isDkimAligned: false, isSpfAligned: false, dkim: [], spf: 'fail example.org' }
const spoof = line({ ...fails, sourceIp: '203.0.113.7', messages: 4 })
const service = line({
  ...fails,
  sourceIp: '203.0.113.8',
  messages: 40,
  dkim: ['pass sendgrid.net x'],
  spf: 'pass sendgrid.net',
})
const forwarded = line({
  sourceIp: '203.0.113.9',
  messages: 30,
  isSpfAligned: false,
  isDkimAligned: false,
  override: 'forwarded',
})

const judge = (lines: SourceLine[], proposal: Partial<Proposal> = {}, days = 30) =>
  whatIf(lines, days, WORLD, { ...REJECT, ...proposal })

test('a few strangers are what the policy is for', () => {
  expect(judge([own, spoof])).toMatchObject({
    ...{ verdict: 'safe', messages: 1004, stopped: 4, forwarded: 0, against: [] },
    others: [{ stopped: 4, source: { kind: 'unknown' } }],
  })
})

test('a service that does not sign as us stands against it, and forwarded mail is counted apart', () => {
  expect(judge([own, spoof, service, forwarded])).toMatchObject({
    ...{ verdict: 'not-yet', stopped: 44, forwarded: 0 },
    against: [{ stopped: 40, source: { key: 'service:sendgrid', advice: 'sign' } }],
  })
  const broken = { ...forwarded, dkim: ['fail example.org s1'], spf: 'pass club.example.net' }
  expect(judge([own, broken])).toMatchObject({ verdict: 'safe', stopped: 0, forwarded: 30, against: [] })
})

test('a stranger with a real share may be somebody of ours', () => {
  expect(judge([own, { ...spoof, messages: 50 }])).toMatchObject({ verdict: 'not-yet', against: [{ stopped: 50 }] })
})

test('what the administrator says of a source counts', () => {
  const judgeNamed = (isOurs: boolean) => {
    const named = [{ match: spoof.sourceIp, name: 'the press', isOurs }]
    return whatIf([own, { ...spoof, messages: isOurs ? 6 : 500 }], 30, { ...WORLD, named }, REJECT)
  }
  expect(judgeNamed(true)).toMatchObject({ verdict: 'not-yet', against: [{ stopped: 6, source: { kind: 'named' } }] })
  expect(judgeNamed(false)).toMatchObject({ verdict: 'safe', against: [], others: [{ stopped: 500 }] })
})

test('mail of ours may fail by accident, and not as a rule', () => {
  expect(judge([own, line({ ...fails, messages: 3 })]).verdict).toBe('safe')
  expect(judge([own, line({ ...fails, messages: 30 })])).toMatchObject({
    verdict: 'not-yet',
    against: [{ stopped: 30, source: { key: 'own:mx1', advice: 'own-unsigned' } }],
  })
})

test('strict alignment stops what only a subdomain stands for', () => {
  const news = line({ messages: 100, dkim: ['pass news.example.org s1'], spf: 'pass bounce.example.org' })
  expect(judge([own, news])).toMatchObject({ verdict: 'safe', stopped: 0 })
  expect(judge([own, news], { adkim: 's' })).toMatchObject({ stopped: 0 })
  expect(judge([own, news], { adkim: 's', aspf: 's' })).toMatchObject({ verdict: 'not-yet', stopped: 100 })
})

test('relaxed alignment lets pass what was judged strictly', () => {
  const strict = line({ messages: 100, isDkimAligned: false, isSpfAligned: false, dkim: ['pass news.example.org s1'] })
  expect(judge([own, strict])).toMatchObject({ verdict: 'safe', stopped: 0 })
})

test('subdomains have a policy of their own', () => {
  const sub = line({ ...fails, headerFrom: 'shop.example.org', messages: 60 })
  expect(judge([own, sub])).toMatchObject({ verdict: 'not-yet', stopped: 60 })
  expect(judge([own, sub], { sp: 'none' })).toMatchObject({ verdict: 'safe', stopped: 0 })
  expect(judge([own, sub], { p: 'none', sp: 'reject' })).toMatchObject({ verdict: 'not-yet', stopped: 60 })
})

test('subdomains that do not exist have another, and else that of subdomains', () => {
  const made = line({ ...fails, headerFrom: 'no.example.org', messages: 60 })
  const stopped = (proposal: Partial<Proposal>) => judge([own, made], { p: 'none', ...proposal }).stopped
  expect([stopped({}), stopped({ np: 'reject' }), stopped({ sp: 'reject' })]).toEqual([0, 60, 60])
  expect(stopped({ sp: 'reject', np: 'none' })).toBe(0)
  const there = line({ ...fails, headerFrom: 'shop.example.org', messages: 60 })
  expect(judge([own, there], { p: 'none', np: 'reject' }).stopped).toBe(0)
})

test.each([
  ['days', [own], 13],
  ['messages', [{ ...own, messages: 49 }], 30],
])('with too few %s nobody can say', (_what, lines, days) => {
  expect(judge(lines, {}, days).verdict).toBe('not-enough')
})
