import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { look, lookAtZone, valuesOf } from '@/lib/checks/look'
import type { CheckWorld, Fetched } from '@/lib/checks/world'
import { parseTagList } from '@/lib/dns/tag-list'
import { coversHost, parseMtaStsPolicy, type MtaStsPolicy } from '@/lib/mta-sts/policy'

export const MTA_STS_CHECKS = {
  'mta-sts.record': { who: 'dns' },
  'mta-sts.several': { who: 'dns' },
  'mta-sts.syntax': { who: 'dns' },
  'mta-sts.fetch': { who: 'server' },
  'mta-sts.certificate': { who: 'server' },
  'mta-sts.type': { who: 'server' },
  'mta-sts.policy': { who: 'server' },
  'mta-sts.hosts': { who: 'server' },
  'mta-sts.mode': { who: 'server' },
  'mta-sts.max-age': { who: 'server' },
  'mta-sts.stale': { who: 'dns' },
} as const

const DAY_SECONDS = 86_400
/** A shorter life gives an attacker a window between two mails (RFC 8461 §10.2 asks for weeks). */
const SHORT_SECONDS = 7 * DAY_SECONDS

/** How a broken policy weighs: senders that keep an enforced one refuse to deliver. */
function weight(mode: MtaStsPolicy['mode'] | 'off'): CheckResult['level'] {
  return mode === 'enforce' ? 'broken' : 'attention'
}

/** What fetching the policy gave (RFC 8461 §3.3): no redirects, a trusted certificate, `text/plain`. Pure. */
export function judgeFetched(
  fetched: Fetched,
  url: string,
  level: CheckResult['level'],
): { results: CheckResult[]; text: string | null } {
  const subject = new URL(url).hostname
  if (fetched.status === 'unreachable') {
    const check = fetched.isTls ? 'mta-sts.certificate' : 'mta-sts.fetch'
    return { results: [result(check, level, { subject, found: [fetched.words], values: { url } })], text: null }
  }
  const { code, contentType, location } = fetched
  if (code !== 200) {
    const found = [location === null ? String(code) : `${code} ${location}`]
    return {
      results: [result('mta-sts.fetch', level, { subject, found, expected: ['200'], values: { url } })],
      text: null,
    }
  }
  const isText = /^text\/plain\s*(?:;|$)/i.test(contentType)
  return {
    results: [
      result('mta-sts.fetch', 'ok', { subject, found: ['200'] }),
      result('mta-sts.certificate', 'ok', { subject }),
      // RFC 8461 §3.3 says SHOULD.
      isText
        ? result('mta-sts.type', 'ok', { subject })
        : result('mta-sts.type', 'attention', { subject, found: [contentType], expected: ['text/plain'] }),
    ],
    text: fetched.text,
  }
}

/** A policy beside the mail servers that DNS names: each must be in it, and each in it be a mail server. Pure. */
export function judgePolicy(text: string, exchanges: readonly string[]): CheckResult[] {
  const parsed = parseMtaStsPolicy(text)
  const lines = text.split(/\r?\n/).filter(Boolean).slice(0, 40)
  if (parsed.status === 'invalid')
    return [result('mta-sts.policy', 'broken', { found: lines, values: { words: parsed.words } })]
  const { policy } = parsed
  const uncovered = exchanges.filter((host) => !coversHost(policy, host))
  const unused = policy.mx.filter(
    (pattern) => !exchanges.some((host) => coversHost({ ...policy, mx: [pattern] }, host)),
  )
  const hosts =
    uncovered.length > 0
      ? result('mta-sts.hosts', weight(policy.mode), {
          ...{ found: policy.mx, expected: [...exchanges], values: { hosts: uncovered.join(', ') } },
        })
      : unused.length > 0
        ? result('mta-sts.hosts', 'info', {
            found: policy.mx,
            expected: [...exchanges],
            values: { hosts: unused.join(', ') },
          })
        : result('mta-sts.hosts', 'ok', { found: policy.mx })
  const mode = result('mta-sts.mode', policy.mode === 'enforce' ? 'ok' : 'info', {
    ...{ found: [policy.mode], expected: policy.mode === 'enforce' ? [] : ['enforce'], values: { mode: policy.mode } },
  })
  const isShort = policy.mode === 'enforce' && policy.maxAgeSeconds < SHORT_SECONDS
  const maxAge = result('mta-sts.max-age', isShort ? 'attention' : 'ok', {
    ...{ found: [String(policy.maxAgeSeconds)], expected: isShort ? [`${SHORT_SECONDS}`] : [] },
    values: { days: Math.round(policy.maxAgeSeconds / DAY_SECONDS) },
  })
  return [result('mta-sts.policy', 'ok', { found: lines }), hosts, mode, maxAge]
}

async function runMtaSts(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const { name: domain, policy } = facts
  const { mode, id } = policy.mtaSts
  const wanted = facts.wanted.find((record) => record.name === `_mta-sts.${domain}`)
  const expected = wanted ? [wanted.value] : []
  const found = await lookAtZone(world, domain, `_mta-sts.${domain}`, 'TXT')
  if (found.status === 'unknown')
    return fillResults(MTA_STS_CHECKS, [result('mta-sts.record', 'unknown', { found: [found.words] })], 'unknown')
  const records = valuesOf(found).filter((text) => /^v\s*=\s*STSv1\s*(;|$)/.test(text))
  const [record, ...more] = records
  if (record === undefined) {
    const level = mode === 'off' ? 'info' : 'attention'
    return fillResults(MTA_STS_CHECKS, [result('mta-sts.record', level, { expected })], 'none')
  }
  const done = [result('mta-sts.record', 'ok', { found: records })]
  if (more.length > 0) {
    done.push(result('mta-sts.several', 'broken', { found: records, expected, values: { count: records.length } }))
    return fillResults(MTA_STS_CHECKS, done, 'none')
  }
  done.push(result('mta-sts.several', 'ok'))
  const foundId = parseTagList(record)?.get('id') ?? ''
  if (!/^[A-Za-z0-9]{1,32}$/.test(foundId)) {
    done.push(result('mta-sts.syntax', 'broken', { found: [record], expected }))
    return fillResults(MTA_STS_CHECKS, done, 'none')
  }
  done.push(
    result('mta-sts.syntax', 'ok'),
    mode === 'off' || id === '' || id === foundId
      ? result('mta-sts.stale', mode === 'off' ? 'none' : 'ok')
      : result('mta-sts.stale', 'attention', { found: [foundId], expected: [id] }),
  )
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`
  const [fetched, mx] = await Promise.all([world.fetch(url), look(world, domain, 'MX')])
  const { results, text } = judgeFetched(fetched, url, weight(mode))
  done.push(...results)
  if (text === null) return fillResults(MTA_STS_CHECKS, done, 'none')
  const exchanges = valuesOf(mx).map((value) => (value.split(' ')[1] ?? '').replace(/\.$/, ''))
  if (mx.status === 'unknown') {
    done.push(result('mta-sts.hosts', 'unknown', { found: [mx.words] }))
    done.push(...judgePolicy(text, []).filter((one) => one.check !== 'mta-sts.hosts'))
  } else done.push(...judgePolicy(text, exchanges))
  return fillResults(MTA_STS_CHECKS, done, 'none')
}

/** MTA-STS (RFC 8461): record, policy and mail servers, compared both ways. */
export const mtaStsFamily: CheckFamily<DomainFacts> = {
  name: 'mta-sts',
  checks: Object.keys(MTA_STS_CHECKS),
  run: runMtaSts,
}
