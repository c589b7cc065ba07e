import { X509Certificate } from 'node:crypto'
import { validateSvg } from 'mailauth/lib/bimi/validate-svg'
import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { look, lookAtZone, valuesOf } from '@/lib/checks/look'
import type { CheckWorld, Fetched } from '@/lib/checks/world'
import { discoverDmarc } from '@/lib/dmarc/discover'
import { parseTagList } from '@/lib/dns/tag-list'

export const BIMI_CHECKS = {
  'bimi.record': { who: 'dns' },
  'bimi.several': { who: 'dns' },
  'bimi.syntax': { who: 'dns' },
  'bimi.dmarc': { who: 'dns' },
  'bimi.logo': { who: 'dns' },
  'bimi.logo-form': { who: 'dns' },
  'bimi.certificate': { who: 'dns' },
} as const

/** Receivers take no larger logo (BIMI group, "SVG Tiny Portable/Secure"). */
const MOST_LOGO_OCTETS = 32 * 1024
const DAY_MS = 24 * 60 * 60 * 1000
const SOON_DAYS = 14

/** What is wrong with a logo, in the words of the checker, or null. */
export function refuseLogo(svg: string): string | null {
  if (Buffer.byteLength(svg) > MOST_LOGO_OCTETS) return `larger than ${MOST_LOGO_OCTETS} octets`
  try {
    validateSvg(svg)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function judgeLogo(fetched: Fetched, url: string): CheckResult[] {
  const subject = url
  if (fetched.status === 'unreachable') return [result('bimi.logo', 'attention', { subject, found: [fetched.words] })]
  if (fetched.code !== 200)
    return [result('bimi.logo', 'attention', { subject, found: [String(fetched.code)], expected: ['200'] })]
  const words = refuseLogo(fetched.text)
  return [
    result('bimi.logo', 'ok', { subject }),
    words === null
      ? result('bimi.logo-form', 'ok', { subject })
      : result('bimi.logo-form', 'attention', { subject, found: [words], expected: ['SVG Tiny PS'] }),
  ]
}

/** The mark certificate's time; the chain to a mark authority is the receiver's to judge. */
function judgeCertificate(fetched: Fetched, url: string, now: Date): CheckResult {
  const subject = url
  if (fetched.status === 'unreachable')
    return result('bimi.certificate', 'attention', { subject, found: [fetched.words], values: { days: 0 } })
  try {
    const notAfter = new Date(new X509Certificate(fetched.text).validTo)
    const days = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS)
    const found = [notAfter.toISOString().slice(0, 10)]
    return result('bimi.certificate', days < SOON_DAYS ? 'attention' : 'ok', { subject, found, values: { days } })
  } catch (error) {
    // OpenSSL throws on anything that is no certificate.
    const words = error instanceof Error ? error.message : String(error)
    return result('bimi.certificate', 'attention', { subject, found: [words], values: { days: 0 } })
  }
}

/** Receivers show a logo only where DMARC is enforced for the whole organization. */
async function checkDmarc(world: CheckWorld, domain: string): Promise<CheckResult> {
  const found = await discoverDmarc(domain, (name) => look(world, name, 'TXT'))
  if (found.status === 'unknown') return result('bimi.dmarc', 'unknown', { found: [found.words] })
  const record = found.steps.find((step) => step.name === found.policyAt)?.record
  const isEnforced = record !== undefined && record !== null && record.p !== 'none' && record.sp !== 'none'
  if (isEnforced && !record.isTest) return result('bimi.dmarc', 'ok')
  return result('bimi.dmarc', 'attention', { found: record ? [record.text] : [], expected: ['p=quarantine'] })
}

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const { name: domain, policy } = facts
  const name = `default._bimi.${domain}`
  const expected = facts.wanted.filter((record) => record.name === name).map((record) => record.value)
  const found = await lookAtZone(world, domain, name, 'TXT')
  if (found.status === 'unknown')
    return fillResults(BIMI_CHECKS, [result('bimi.record', 'unknown', { found: [found.words] })], 'unknown')
  const records = valuesOf(found).filter((text) => /^v\s*=\s*BIMI1\s*(;|$)/.test(text))
  const [record] = records
  if (record === undefined) {
    // Nobody needs a logo (MAIL rule 34): only one that was asked for is missed.
    const level = policy.bimi === null ? 'none' : 'attention'
    return fillResults(BIMI_CHECKS, [result('bimi.record', level, { expected })], 'none')
  }
  const done = [result('bimi.record', 'ok', { found: records })]
  if (records.length > 1) {
    done.push(result('bimi.several', 'attention', { found: records, expected, values: { count: records.length } }))
    return fillResults(BIMI_CHECKS, done, 'none')
  }
  done.push(result('bimi.several', 'ok'))
  const tags = parseTagList(record)
  const logo = tags?.get('l') ?? ''
  const certificate = tags?.get('a') ?? ''
  // `l=` empty says that the domain declines to have one.
  if (tags?.has('l') && logo === '') return fillResults(BIMI_CHECKS, [...done, result('bimi.syntax', 'ok')], 'none')
  if (!/^https:\/\//i.test(logo) || (certificate !== '' && !/^https:\/\//i.test(certificate))) {
    done.push(result('bimi.syntax', 'attention', { found: [record], expected }))
    return fillResults(BIMI_CHECKS, done, 'none')
  }
  const [dmarc, svg, pem] = await Promise.all([
    checkDmarc(world, domain),
    world.fetch(logo),
    certificate === '' ? null : world.fetch(certificate),
  ])
  done.push(result('bimi.syntax', 'ok'), dmarc, ...judgeLogo(svg, logo))
  if (pem) done.push(judgeCertificate(pem, certificate, world.now))
  return fillResults(BIMI_CHECKS, done, 'none')
}

/** Brand indicators: record, logo, certificate, and the DMARC policy that they rest on. */
export const bimiFamily: CheckFamily<DomainFacts> = { name: 'bimi', checks: Object.keys(BIMI_CHECKS), run }
