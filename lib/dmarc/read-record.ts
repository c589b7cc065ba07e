import { Fields, canonicalIp, DOMAIN_LENGTH, looseDomain, messageCount } from '@/lib/dmarc/fields'
import type { Deviations } from '@/lib/dmarc/deviations'
import type { RecordReason } from '@/lib/dmarc/reasons'
import type { AggregateRecord, Alignment, DkimAuth, Extension, OverrideReason, SpfAuth } from '@/lib/dmarc/schema'
import type { XmlNode } from '@/lib/dmarc/xml-tree'

const DISPOSITIONS = ['none', 'quarantine', 'reject', 'pass'] as const
const OVERRIDES = [
  'forwarded',
  'local_policy',
  'mailing_list',
  'other',
  'policy_test_mode',
  'sampled_out',
  'trusted_forwarder',
] as const
const DKIM_RESULTS = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'] as const
const SPF_RESULTS = [...DKIM_RESULTS, 'softfail'] as const
const MAX_EXTENSIONS = 50
const EXTENSION_LENGTH = 500

/** A record, or why it cannot be read (all the reasons that were found). */
export type RecordReading = { record: AggregateRecord } | { reasons: RecordReason[] }

/**
 * One `record` element (RFC 9990 appendix A, RFC 7489 appendix C, and the drafts before it). Source address, count and
 * evaluation are needed; everything else has a value for "not said".
 */
export function readRecord(node: XmlNode, deviations: Deviations): RecordReading {
  const parts = new Fields(node, deviations, ['row', 'identifiers', 'identities', 'auth_results', 'extension'])
  const rowNode = parts.one('row')
  if (!rowNode) return { reasons: ['row-missing'] }
  const row = new Fields(rowNode, deviations, ['source_ip', 'count', 'policy_evaluated'])
  const reasons: RecordReason[] = []

  const writtenIp = row.text('source_ip')
  const sourceIp = canonicalIp(writtenIp)
  if (sourceIp === null) reasons.push(writtenIp === '' ? 'source-ip-missing' : 'source-ip-invalid')
  const writtenCount = row.text('count')
  const count = messageCount(writtenCount)
  if (count === null) reasons.push(writtenCount === '' ? 'count-missing' : 'count-invalid')
  const evaluated = readEvaluation(row.one('policy_evaluated'), deviations)
  if (!evaluated) reasons.push('evaluation-missing')

  // `identities` is the word of the drafts before RFC 7489.
  const names = parts.one('identifiers') ?? parts.one('identities')
  const identifiers = names && new Fields(names, deviations, ['header_from', 'envelope_from', 'envelope_to'])
  const headerFrom = looseDomain(identifiers?.text('header_from') ?? '')
  const envelopeFrom = looseDomain(identifiers?.text('envelope_from') ?? '') || null
  const envelopeTo = looseDomain(identifiers?.text('envelope_to') ?? '') || null
  if (headerFrom === '') deviations.add('value-missing', 'identifiers/header_from')

  const { dkimResults, spfResults } = readAuthResults(parts.one('auth_results'), deviations)
  const domains = [headerFrom, envelopeFrom ?? '', envelopeTo ?? '', ...dkimResults.map((result) => result.domain)]
  domains.push(...spfResults.map((result) => result.domain), ...dkimResults.map((result) => result.selector ?? ''))
  if (domains.some((domain) => domain.length > DOMAIN_LENGTH)) reasons.push('text-too-long')

  if (sourceIp === null || count === null || !evaluated || reasons.length > 0) return { reasons }
  const extensions = readExtensions(node, deviations)
  return {
    record: {
      sourceIp,
      count,
      ...evaluated,
      headerFrom,
      envelopeFrom,
      envelopeTo,
      dkimResults,
      spfResults,
      extensions,
    },
  }
}

type Evaluation = Pick<AggregateRecord, 'disposition' | 'dkim' | 'spf' | 'reasons'>

function readEvaluation(node: XmlNode | null, deviations: Deviations): Evaluation | null {
  if (!node) return null
  const fields = new Fields(node, deviations, ['disposition', 'dkim', 'spf'], ['reason'])
  if (fields.text('dkim') === '' && fields.text('spf') === '') return null
  return {
    disposition: fields.keyword('disposition', DISPOSITIONS, 'unknown' as const, true) ?? 'unknown',
    dkim: readAlignment(fields, 'dkim'),
    spf: readAlignment(fields, 'spf'),
    reasons: fields.all('reason').flatMap((reason) => readReason(reason, deviations) ?? []),
  }
}

/** Only `pass` is aligned; what is missing or not known is not (some write a plain SPF result here). */
function readAlignment(fields: Fields, name: 'dkim' | 'spf'): Alignment {
  return fields.keyword(name, ['pass', 'fail'] as const, 'fail' as const, true) ?? 'fail'
}

function readReason(node: XmlNode, deviations: Deviations): OverrideReason | null {
  const fields = new Fields(node, deviations, ['type', 'comment'])
  const type = fields.keyword('type', OVERRIDES, 'unknown' as const)
  const comment = fields.free('comment')
  if (type === null && comment === null) return null
  return { type: type ?? 'unknown', comment }
}

function readAuthResults(node: XmlNode | null, deviations: Deviations) {
  const fields = node && new Fields(node, deviations, [], ['dkim', 'spf'])
  const dkimResults = (fields?.all('dkim') ?? []).flatMap((result) => readDkim(result, deviations) ?? [])
  const spfResults = (fields?.all('spf') ?? []).flatMap((result) => readSpf(result, deviations) ?? [])
  return { dkimResults, spfResults }
}

function readDkim(node: XmlNode, deviations: Deviations): DkimAuth | null {
  const fields = new Fields(node, deviations, ['domain', 'selector', 'result', 'human_result'])
  const domain = looseDomain(fields.text('domain'))
  const written = fields.text('result')
  if (domain === '' && written === '') return null
  return {
    domain,
    selector: looseDomain(fields.text('selector')) || null,
    result: authResult(fields, DKIM_RESULTS),
    humanResult: fields.free('human_result'),
  }
}

function readSpf(node: XmlNode, deviations: Deviations): SpfAuth | null {
  const fields = new Fields(node, deviations, ['domain', 'scope', 'result', 'human_result'])
  const domain = looseDomain(fields.text('domain'))
  const written = fields.text('result')
  if (domain === '' && written === '') return null
  return {
    domain,
    scope: fields.keyword('scope', ['mfrom', 'helo'] as const, null),
    result: authResult(fields, SPF_RESULTS),
    humanResult: fields.free('human_result'),
  }
}

/** The result as the list has it; `unknown` otherwise. `hardfail`, `error` and `unknown` are words of drafts and old filters. */
function authResult<K extends string>(fields: Fields, words: readonly K[]): K | 'unknown' {
  return fields.keyword('result', words, 'unknown' as const, true) ?? 'unknown'
}

/**
 * The leaves of what other namespaces added below `node`, and of everything below its `extension` elements
 * (RFC 9990 section 3.1.1.9 and appendix A); at most 50 of 500 characters.
 */
export function readExtensions(node: XmlNode, deviations: Deviations): Extension[] {
  const found: Extension[] = []
  const visit = (child: XmlNode, path: string) => {
    if (child.children.length > 0) {
      for (const next of child.children) visit(next, `${path}/${next.name}`)
      return
    }
    const text = child.text.trim().toWellFormed()
    if (found.length >= MAX_EXTENSIONS || text.length > EXTENSION_LENGTH) deviations.add('text-truncated', path)
    if (found.length < MAX_EXTENSIONS)
      found.push({ path: path.slice(0, EXTENSION_LENGTH), text: text.slice(0, EXTENSION_LENGTH) })
  }
  for (const child of node.children) {
    if (child.isForeign) visit(child, child.name)
    else if (child.name === 'extension') for (const inner of child.children) visit(inner, inner.name)
  }
  return found
}
