import { fillResults, result, type CheckFamily, type CheckResult, type NodeFacts } from '@/lib/checks/check'
import { look } from '@/lib/checks/look'
import { serviceServer } from '@/lib/checks/service-server'
import { matchTlsa, tlsaOf, type TlsaMatch } from '@/lib/checks/tlsa'
import type { CheckWorld, SeenCertificate } from '@/lib/checks/world'
import { tlsaName } from '@/lib/dns/host-records'

export const DANE_CHECKS = {
  'dane.tlsa': { who: 'dns' },
  'dane.signed': { who: 'dns' },
  'dane.rollover': { who: 'dns' },
} as const

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'fine', record: '' }

/** The certificate that a node serves on port 25; words where none was seen. */
async function servedCertificate(world: CheckWorld, facts: NodeFacts): Promise<SeenCertificate | string> {
  const place = await serviceServer(world, facts, 'smtp')
  if (!place || 'words' in place) return place?.words ?? ''
  const dialogue = await world.smtp(place.server, facts.hostName)
  if (dialogue.status !== 'answered') return dialogue.words
  if (dialogue.tls?.status !== 'done') return dialogue.tls?.words ?? 'no STARTTLS'
  return dialogue.tls.certificate
}

/**
 * Records against the served key. One that matches is enough (RFC 7672 §3.1); where none does, servers that follow DANE
 * send nothing here, but only where the records are signed.
 */
function judgeMatch(records: readonly string[], seen: SeenCertificate, isSigned: boolean, record: string): CheckResult {
  const matches = records.map((one) => matchTlsa(one, seen))
  const has = (match: TlsaMatch) => matches.includes(match)
  const say = (level: CheckResult['level'], state: string) =>
    result('dane.tlsa', level, {
      ...{ found: records.toSorted(), expected: level === 'ok' ? [] : [tlsaOf(seen)] },
      values: { state, record },
    })
  if (has('match')) return say('ok', 'fine')
  if (has('unjudged')) return say('info', 'unjudged')
  if (has('differs')) return say(isSigned ? 'broken' : 'attention', 'differs')
  return say('attention', 'unusable')
}

/** A second record for the next key lets it be changed without a gap (RFC 7671 §8.1). */
function judgeRollover(records: readonly string[]): CheckResult {
  const usable = new Set(records.filter((record) => /^[23] /.test(record)))
  return result('dane.rollover', usable.size > 1 ? 'ok' : 'info', { values: { state: 'fine', record: '' } })
}

async function run(world: CheckWorld, facts: NodeFacts): Promise<CheckResult[]> {
  if (!facts.roles.includes('smtp') || facts.services.smtp === undefined)
    return fillResults(DANE_CHECKS, [], 'none', NOTHING)
  const name = tlsaName(facts.hostName)
  const [tlsa, zone, seen] = await Promise.all([
    look(world, name, 'TLSA'),
    look(world, facts.hostName, 'A'),
    servedCertificate(world, facts),
  ])
  const values = { state: 'fine', record: name }
  const fill = (done: readonly CheckResult[], level: CheckResult['level']) =>
    fillResults(DANE_CHECKS, done, level, { ...NOTHING, record: name })
  if (tlsa.status === 'unknown')
    return fill([result('dane.tlsa', 'unknown', { found: [tlsa.words], values })], 'unknown')
  if (tlsa.status === 'absent') {
    const isSigned = zone.status === 'found' && zone.isAuthentic
    const expected = isSigned && typeof seen !== 'string' ? [tlsaOf(seen)] : []
    // Without a signed zone there is nothing to publish (MAIL rule 34: no DNSSEC is never broken).
    const state = isSigned ? 'absent' : 'unsigned'
    return fill(
      [result('dane.tlsa', isSigned ? 'info' : 'none', { expected, values: { state, record: name } })],
      'none',
    )
  }
  const match =
    typeof seen === 'string'
      ? result('dane.tlsa', 'unknown', { found: [seen], values })
      : judgeMatch(tlsa.values, seen, tlsa.isAuthentic, name)
  const signed = result('dane.signed', tlsa.isAuthentic ? 'ok' : 'info', { values })
  return fill([match, signed, judgeRollover(tlsa.values)], 'none')
}

/** Point 24: the TLSA records of a mail host, its key, and whether they are signed (RFC 7672). */
export const daneFamily: CheckFamily<NodeFacts> = { name: 'dane', checks: Object.keys(DANE_CHECKS), run }
