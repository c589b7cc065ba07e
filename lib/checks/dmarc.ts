import { getDomain } from 'tldts'
import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { look, lookAtZone, valuesOf, type Look } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { discoverDmarc, type Discovery } from '@/lib/dmarc/discover'
import { isWeaker, type DmarcPolicyRecord } from '@/lib/dmarc/policy-record'
import { isDmarcRecord } from '@/lib/dns/dmarc-record'
import { isInside } from '@/lib/dns/record'

export const DMARC_CHECKS = {
  'dmarc.record': { who: 'dns' },
  'dmarc.several': { who: 'dns' },
  'dmarc.syntax': { who: 'dns' },
  'dmarc.apex': { who: 'dns' },
  'dmarc.unknown-tags': { who: 'dns' },
  'dmarc.obsolete': { who: 'dns' },
  'dmarc.policy': { who: 'dns' },
  'dmarc.policy-missing': { who: 'dns' },
  'dmarc.subdomains': { who: 'dns' },
  'dmarc.test': { who: 'dns' },
  'dmarc.strict': { who: 'dns' },
  'dmarc.reports': { who: 'dns' },
  'dmarc.reports-here': { who: 'dns' },
  'dmarc.permission': { who: 'dns' },
  'dmarc.reports-mx': { who: 'dns' },
  'dmarc.many-reports': { who: 'dns' },
  'dmarc.organization': { who: 'dns' },
} as const
type Id = keyof typeof DMARC_CHECKS

/** RFC 9990 §3: receivers need not send to more. */
const MOST_URIS = 2

/** Everything that is told of the record itself. Pure. */
export function judgeRecord(record: DmarcPolicyRecord, facts: DomainFacts, expected: string[]): CheckResult[] {
  const seen = { found: [record.text], expected }
  const say = (check: Id, isFine: boolean, level: CheckResult['level'], more: Partial<CheckResult> = {}) =>
    isFine ? result(check, 'ok') : result(check, level, { ...seen, ...more })
  const weaker = [
    ...(isWeaker(record.sp, record.p) ? [`sp=${record.sp}`] : []),
    ...(isWeaker(record.np, record.p) ? [`np=${record.np}`] : []),
  ]
  const strict = [...(record.adkim === 's' ? ['adkim=s'] : []), ...(record.aspf === 's' ? ['aspf=s'] : [])]
  const { rua } = record
  const isHere = facts.reportAddress === null || rua.some(({ uri }) => isMailTo(uri, facts.reportAddress ?? ''))
  return [
    say('dmarc.syntax', record.invalid.length === 0, 'attention', { values: { tags: record.invalid.join(', ') } }),
    say('dmarc.unknown-tags', record.unknown.length === 0, 'info', { values: { tags: record.unknown.join(', ') } }),
    say('dmarc.obsolete', record.obsolete.length === 0 && !rua.some((one) => one.hasSize), 'info', {
      values: { tags: [...record.obsolete, ...(rua.some((one) => one.hasSize) ? ['rua=…!'] : [])].join(', ') },
    }),
    say('dmarc.policy', record.p !== 'none' || record.isPolicyMissing, 'info'),
    // RFC 9989 takes it as p=none where reports are asked for (MAIL rule 34).
    say('dmarc.policy-missing', !record.isPolicyMissing, 'attention'),
    say('dmarc.subdomains', weaker.length === 0, 'attention', { values: { tags: weaker.join(', ') } }),
    say('dmarc.test', !record.isTest, 'info'),
    say('dmarc.strict', strict.length === 0, 'info', { values: { tags: strict.join(', ') } }),
    say('dmarc.reports', rua.length > 0, 'attention'),
    rua.length === 0 || facts.reportAddress === null
      ? result('dmarc.reports-here', 'none')
      : say('dmarc.reports-here', isHere, 'attention', { values: { address: facts.reportAddress } }),
    say('dmarc.many-reports', rua.length <= MOST_URIS, 'info', { values: { count: rua.length } }),
  ]
}

function isMailTo(uri: string, address: string): boolean {
  return uri.toLowerCase() === `mailto:${address.toLowerCase()}`
}

/** RFC 9990 §4: another organization says that it takes this domain's reports; and that its mail servers exist. */
async function checkDestinations(
  world: CheckWorld,
  domain: string,
  organization: string,
  record: DmarcPolicyRecord,
): Promise<CheckResult[]> {
  const domains = [
    ...new Set([...record.rua, ...record.ruf].flatMap((one) => (one.domain === null ? [] : [one.domain]))),
  ]
  if (domains.length === 0) return [result('dmarc.permission', 'none'), result('dmarc.reports-mx', 'none')]
  const all = await Promise.all(
    domains.map(async (destination) => [
      await checkPermission(world, domain, organization, destination),
      await checkMx(world, destination),
    ]),
  )
  return all.flat()
}

async function checkPermission(
  world: CheckWorld,
  domain: string,
  organization: string,
  destination: string,
): Promise<CheckResult> {
  const subject = destination
  if (isInside(destination, organization)) return result('dmarc.permission', 'none', { subject })
  const name = `${domain}._report._dmarc.${destination}`
  const expected = [`${name}. TXT "v=DMARC1;"`]
  const found = await look(world, name, 'TXT')
  if (found.status === 'unknown') return result('dmarc.permission', 'unknown', { subject, found: [found.words] })
  const isGiven = found.status === 'found' && found.values.some(isDmarcRecord)
  if (isGiven) return result('dmarc.permission', 'ok', { subject })
  const values = { destination }
  return result('dmarc.permission', 'attention', {
    ...{ subject, expected, values },
    found: valuesOf(found),
  })
}

async function checkMx(world: CheckWorld, destination: string): Promise<CheckResult> {
  const subject = destination
  const [mx, a, aaaa] = await Promise.all([
    look(world, destination, 'MX'),
    look(world, destination, 'A'),
    look(world, destination, 'AAAA'),
  ])
  if ([mx, a, aaaa].some((one) => one.status === 'found')) {
    const isNull = mx.status === 'found' && mx.values.every((value) => /^\d+ \.$/.test(value))
    return result('dmarc.reports-mx', isNull ? 'attention' : 'ok', { subject, values: { destination } })
  }
  const unknown = [mx, a, aaaa].find((one) => one.status === 'unknown')
  if (unknown) return result('dmarc.reports-mx', 'unknown', { subject, found: [unknown.words] })
  return result('dmarc.reports-mx', 'attention', { subject, values: { destination } })
}

/** Where the tree walk and the public suffix list, which older receivers use, disagree. */
function judgeOrganization(domain: string, { organization }: Extract<Discovery, { status: 'done' }>): CheckResult {
  const byList = getDomain(domain, { allowPrivateDomains: true })
  if (byList === null || byList === organization) return result('dmarc.organization', 'ok', { found: [organization] })
  return result('dmarc.organization', 'info', {
    found: [organization],
    expected: [byList],
    values: { walk: organization, list: byList },
  })
}

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const { name: domain } = facts
  const expected = facts.wanted.filter((record) => record.name === `_dmarc.${domain}`).map((record) => record.value)
  const [found, apex] = await Promise.all([
    discoverDmarc(domain, (name) =>
      name === `_dmarc.${domain}` ? lookAtZone(world, domain, name, 'TXT') : look(world, name, 'TXT'),
    ),
    look(world, domain, 'TXT'),
  ])
  const done = [judgeApex(apex)]
  if (found.status === 'unknown') {
    done.push(result('dmarc.record', 'unknown', { found: [found.words] }))
    return fillResults(DMARC_CHECKS, done, 'unknown')
  }
  const [own] = found.steps
  const claims = own?.claims ?? []
  if (claims.length > 1) {
    const several = result('dmarc.several', 'broken', { found: claims, expected, values: { count: claims.length } })
    done.push(result('dmarc.record', 'ok', { found: claims }), several)
    return fillResults(DMARC_CHECKS, done, 'none')
  }
  if (claims.length === 1 && !own?.record) {
    done.push(
      result('dmarc.record', 'ok', { found: claims }),
      result('dmarc.several', 'ok'),
      result('dmarc.syntax', 'broken', { found: claims, expected, values: { tags: '' } }),
    )
    return fillResults(DMARC_CHECKS, done, 'none')
  }
  const policy = found.steps.find((step) => step.name === found.policyAt)?.record
  if (!policy) {
    done.push(result('dmarc.record', 'attention', { expected }), result('dmarc.several', 'ok'))
    return fillResults(DMARC_CHECKS, done, 'none')
  }
  done.push(
    result('dmarc.record', 'ok', { found: [policy.text], values: { at: found.policyAt ?? domain } }),
    result('dmarc.several', 'ok'),
    ...judgeRecord(policy, facts, expected),
    ...(await checkDestinations(world, domain, found.organization, policy)),
    judgeOrganization(domain, found),
  )
  return fillResults(DMARC_CHECKS, done, 'none')
}

function judgeApex(apex: Look): CheckResult {
  if (apex.status === 'unknown') return result('dmarc.apex', 'unknown', { found: [apex.words] })
  const misplaced = valuesOf(apex).filter(isDmarcRecord)
  return result('dmarc.apex', misplaced.length > 0 ? 'attention' : 'ok', { found: misplaced })
}

/** Policy and reports (RFC 9989, RFC 9990), found by the tree walk as receivers find them. */
export const dmarcFamily: CheckFamily<DomainFacts> = { name: 'dmarc', checks: Object.keys(DMARC_CHECKS), run }
