import type { TestResult, Verified } from '@/lib/deliverability/schema'

/**
 * What a finished exchange proves, as codes: the headline first (`proven`, `spam-risk`, `not-authenticated`,
 * `one-way`, `not-delivered`), then each finding. Pure.
 */
export function judge(result: Pick<TestResult, 'outbound' | 'inbound'>): {
  state: 'passed' | 'failed'
  codes: string[]
} {
  const { outbound, inbound } = result
  if (!outbound) return { state: 'failed', codes: ['not-delivered'] }
  const findings = findingsOf(outbound.verified)
  if (outbound.hops.length > 0 && outbound.hops.some((hop) => /^E?SMTP$/.test(hop.protocol) && hop.tls === null))
    findings.push('hop-without-tls')
  if (outbound.verified.dmarc.result !== 'pass') return { state: 'failed', codes: ['not-authenticated', ...findings] }
  if (!inbound) return { state: 'failed', codes: ['one-way', ...findings] }
  const isWeak = findings.some((code) => code === 'spf-not-pass' || code === 'dkim-not-pass' || code === 'unsigned')
  return isWeak
    ? { state: 'failed', codes: ['half-authenticated', ...findings] }
    : { state: 'passed', codes: ['proven', ...findings] }
}

function findingsOf({ spf, dkim, dmarc }: Verified): string[] {
  const codes: string[] = []
  if (spf.result === 'temperror' || dkim.some((signature) => signature.result === 'temperror'))
    codes.push('dns-temperror')
  if (spf.result !== 'pass') codes.push('spf-not-pass')
  else if (!spf.isAligned) codes.push('spf-not-aligned')
  const own = dkim.filter((signature) => signature.isAligned)
  if (own.length === 0) codes.push('unsigned')
  else if (!own.some((signature) => signature.result === 'pass')) codes.push('dkim-not-pass')
  if (dmarc.result === 'none') codes.push('no-dmarc')
  else if (dmarc.policy === 'none') codes.push('dmarc-policy-none')
  return codes
}
