import {
  choice,
  partsOf,
  relativeTo,
  text,
  type Field,
  type FilledForm,
  type HandRecord,
} from '@/lib/dns/by-hand/hand-record'
import { isDmarcRecord } from '@/lib/dns/dmarc-record'
import { parseTagList } from '@/lib/dns/tag-list'
import { isSpfRecord, parseSpfRecord, type SpfTerm } from '@/lib/spf/record'

/** OVHcloud refuses a shorter time to live. */
const LEAST_TTL_SECONDS = 60
const ALL_CHOICE: Record<string, string> = { '-': 'sure', '~': 'safe', '?': 'no' }
/** Mechanisms that the SPF form has a field for. */
const SPF_FIELDS = ['a', 'mx', 'ptr', 'ip4', 'ip6', 'include'] as const

/** The questions "may the domain's own … send" and the fields below them, or null for a term that the form cannot hold. */
function spfField(term: SpfTerm): { ask: string } | { field: string; value: string } | null {
  const field = SPF_FIELDS.find((known) => known === term.name)
  if (term.kind !== 'directive' || term.qualifier !== '+' || !field || term.value.includes('%')) return null
  if (term.value === '' && (field === 'a' || field === 'mx' || field === 'ptr')) return { ask: field }
  return { field, value: term.value.startsWith('/') ? field + term.value : term.value }
}

function spfFields(record: string): Field[] | null {
  const terms = parseSpfRecord(record)
  const last = terms?.at(-1)
  const all = last?.kind === 'directive' && last.name === 'all' ? ALL_CHOICE[last.qualifier] : undefined
  if (!terms || all === undefined) return null
  // All of them let pass, so that their order, which the form changes, does not count.
  const held = terms.slice(0, -1).map(spfField)
  if (!held.every((one) => one !== null)) return null
  const asked = held.flatMap((one) => ('ask' in one ? [one.ask] : []))
  const values = (field: string) => held.flatMap((one) => ('field' in one && one.field === field ? [one.value] : []))
  return [
    ...['a', 'mx', 'ptr'].map((name) => choice(`${name}Sender`, asked.includes(name) ? 'yes' : 'no')),
    ...SPF_FIELDS.filter((field) => values(field).length > 0).map((field) => text(field, values(field).join(' '))),
    choice('all', all),
  ]
}

/** Of the DKIM form, which knows RSA alone; null where a tag of the record has no field there. */
function dkimFields(record: string): Field[] | null {
  const tags = parseTagList(record)
  if (tags?.get('v') !== 'DKIM1' || (tags.get('k') ?? 'rsa') !== 'rsa') return null
  if ([...tags.keys()].some((tag) => !'vhkpst'.includes(tag))) return null
  const [hash, flags, key] = [tags.get('h'), (tags.get('t') ?? '').split(':'), tags.get('p') ?? '']
  return [
    choice('version', 'DKIM1'),
    ...(hash === undefined ? [] : [choice('hash', hash === 'sha256' ? 'sha256' : 'both')]),
    ...(tags.has('k') ? [choice('keyType', 'rsa')] : []),
    ...(key === '' ? [choice('revoke', 'yes')] : [text('publicKey', key)]),
    choice('serviceType', tags.get('s') === 'email' ? 'email' : tags.get('s') === '*' ? 'every' : 'none'),
    choice('testMode', flags.includes('y') ? 'on' : 'off'),
    // The form begins with "not valid": many a key was cut down by it.
    choice('subDomains', flags.includes('s') ? 'invalid' : 'valid'),
  ]
}

const DMARC_FIELDS: readonly (readonly [tag: string, field: (value: string) => Field])[] = [
  ['v', () => choice('version', 'DMARC1')],
  ['p', (value) => choice('p', value)],
  ['rua', (value) => text('rua', value)],
  ['sp', (value) => choice('sp', value)],
  ['aspf', (value) => choice('aspf', value)],
]

/** Of the DMARC form; null where a tag of the record has no field there (np, adkim, ruf, fo, psd, t). */
function dmarcFields(record: string): Field[] | null {
  const tags = parseTagList(record)
  const known = DMARC_FIELDS.map(([tag]) => tag)
  if (!tags || [...tags.keys()].some((tag) => !known.includes(tag))) return null
  return DMARC_FIELDS.flatMap(([tag, field]) => {
    const value = tags.get(tag)
    return value === undefined ? [] : [field(value)]
  })
}

/** The assistant for a text, where there is one that can hold it. */
function assistant(record: string): FilledForm | null {
  const fill = (entry: string, fields: Field[] | null) => fields && { entry, fields }
  if (isSpfRecord(record)) return fill('SPF', spfFields(record))
  if (isDmarcRecord(record)) return fill('DMARC', dmarcFields(record))
  return /^v=DKIM1\b/.test(record) ? fill('DKIM', dkimFields(record)) : null
}

/**
 * How OVHcloud's form "Add an entry" is filled in for a record: by its assistants for SPF, DKIM and DMARC where these can
 * hold it, else by the plain type. Host names keep their final dot: without it OVHcloud puts the domain behind them.
 */
export function ovhForm(record: HandRecord): FilledForm {
  const parts = partsOf(record)
  const plain: Field[] = parts
    ? Object.entries(parts).map(([label, value]) => text(label, value))
    : [text(record.type === 'TXT' ? 'value' : 'target', record.value)]
  const filled = (record.type === 'TXT' ? assistant(record.value) : null) ?? { entry: record.type, fields: plain }
  const name = relativeTo(record)
  const head = [
    ...(name === '' ? [] : [text('subDomain', name)]),
    text('ttl', String(Math.max(record.ttlSeconds, LEAST_TTL_SECONDS))),
  ]
  return { entry: filled.entry, fields: [...head, ...filled.fields] }
}
