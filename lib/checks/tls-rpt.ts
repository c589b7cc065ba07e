import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { lookAtZone, valuesOf } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { parseTagList } from '@/lib/dns/tag-list'

export const TLS_RPT_CHECKS = {
  'tls-rpt.record': { who: 'dns' },
  'tls-rpt.several': { who: 'dns' },
  'tls-rpt.syntax': { who: 'dns' },
  'tls-rpt.reports-here': { who: 'dns' },
} as const

async function runTlsRpt(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const { name: domain, reportAddress } = facts
  const expected = facts.wanted.filter((record) => record.name === `_smtp._tls.${domain}`).map((record) => record.value)
  const found = await lookAtZone(world, domain, `_smtp._tls.${domain}`, 'TXT')
  if (found.status === 'unknown')
    return fillResults(TLS_RPT_CHECKS, [result('tls-rpt.record', 'unknown', { found: [found.words] })], 'unknown')
  const records = valuesOf(found).filter((text) => /^v\s*=\s*TLSRPTv1\s*(;|$)/.test(text))
  const [record] = records
  if (record === undefined)
    return fillResults(
      TLS_RPT_CHECKS,
      [result('tls-rpt.record', expected.length > 0 ? 'attention' : 'info', { expected })],
      'none',
    )
  const done = [result('tls-rpt.record', 'ok', { found: records })]
  if (records.length > 1) {
    done.push(result('tls-rpt.several', 'broken', { found: records, expected, values: { count: records.length } }))
    return fillResults(TLS_RPT_CHECKS, done, 'none')
  }
  const rua = (parseTagList(record)?.get('rua') ?? '')
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => /^(?:mailto:[^@\s]+@\S+|https:\/\/\S+)$/i.test(uri))
  done.push(
    result('tls-rpt.several', 'ok'),
    rua.length > 0 ? result('tls-rpt.syntax', 'ok') : result('tls-rpt.syntax', 'broken', { found: [record], expected }),
  )
  if (rua.length === 0 || reportAddress === null) return fillResults(TLS_RPT_CHECKS, done, 'none')
  const isHere = rua.some((uri) => uri.toLowerCase() === `mailto:${reportAddress.toLowerCase()}`)
  done.push(
    isHere
      ? result('tls-rpt.reports-here', 'ok')
      : result('tls-rpt.reports-here', 'attention', { found: rua, expected, values: { address: reportAddress } }),
  )
  return fillResults(TLS_RPT_CHECKS, done, 'none')
}

/** TLS reporting (RFC 8460 §3). */
export const tlsRptFamily: CheckFamily<DomainFacts> = {
  name: 'tls-rpt',
  checks: Object.keys(TLS_RPT_CHECKS),
  run: runTlsRpt,
}
