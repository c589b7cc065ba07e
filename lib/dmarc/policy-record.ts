import { isDmarcRecord } from '@/lib/dns/dmarc-record'
import { parseTagList } from '@/lib/dns/tag-list'

const POLICIES = ['none', 'quarantine', 'reject'] as const
/** What a record asks receivers to do with mail that fails; the order is the strength. */
export type DmarcPolicy = (typeof POLICIES)[number]

/** One address of `rua` or `ruf`; `domain` is null where it is no `mailto:` of a domain. */
export interface ReportUri {
  uri: string
  domain: string | null
  /** The obsolete `!10m` at its end (RFC 7489 §6.2). */
  hasSize: boolean
}

/** A DMARC record as a receiver reads it (RFC 9989 §4.7). */
export interface DmarcPolicyRecord {
  text: string
  p: DmarcPolicy
  /** `p` is absent or no policy: with `rua` it counts as `none` (RFC 9989 §4.7). */
  isPolicyMissing: boolean
  sp: DmarcPolicy
  np: DmarcPolicy
  adkim: 'r' | 's'
  aspf: 'r' | 's'
  psd: 'y' | 'n' | 'u'
  isTest: boolean
  rua: ReportUri[]
  ruf: ReportUri[]
  /** Tags of RFC 7489 that are gone. */
  obsolete: string[]
  /** Tags that no standard knows: receivers pass over them. */
  unknown: string[]
  /** Tags whose value is none of the standard's, as written: receivers take the default. */
  invalid: string[]
}

const KNOWN = new Set(['v', 'p', 'sp', 'np', 'adkim', 'aspf', 'fo', 'rua', 'ruf', 'psd', 't'])
const OBSOLETE = new Set(['pct', 'rf', 'ri'])

function isPolicy(text: string | undefined): text is DmarcPolicy {
  return POLICIES.some((policy) => policy === text)
}

function uris(text: string | undefined): ReportUri[] {
  if (text === undefined) return []
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const uri = part.replace(/!\d+[kmgt]?$/i, '')
      const domain = /^mailto:[^@\s]+@([^@\s?]+)/i.exec(uri)?.[1]?.toLowerCase().replace(/\.$/, '') ?? null
      return { uri, domain, hasSize: uri !== part }
    })
}

/**
 * Reads a TXT text as a DMARC record. Null where it is none, or one that receivers do not apply: a part without `=`, a tag
 * twice, no valid `p` and no `rua`.
 */
export function parseDmarcPolicy(text: string): DmarcPolicyRecord | null {
  const tags = isDmarcRecord(text) ? parseTagList(text) : null
  if (!tags) return null
  const value = (name: string) => tags.get(name)?.toLowerCase()
  const invalid: string[] = []
  const one = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const found = value(name)
    const known = allowed.find((item) => item === found)
    if (found !== undefined && known === undefined) invalid.push(`${name}=${tags.get(name) ?? ''}`)
    return known ?? fallback
  }
  const rua = uris(tags.get('rua'))
  const isPolicyMissing = !isPolicy(value('p'))
  if (isPolicyMissing && rua.length === 0) return null
  const p = one('p', POLICIES, 'none')
  const sp = one('sp', POLICIES, p)
  return {
    ...{ text, p, isPolicyMissing, sp, np: one('np', POLICIES, sp) },
    ...{ adkim: one('adkim', ['r', 's'], 'r'), aspf: one('aspf', ['r', 's'], 'r') },
    ...{ psd: one('psd', ['y', 'n', 'u'], 'u'), isTest: one('t', ['y', 'n'], 'n') === 'y' },
    ...{ rua, ruf: uris(tags.get('ruf')) },
    obsolete: [...tags.keys()].filter((name) => OBSOLETE.has(name)),
    unknown: [...tags.keys()].filter((name) => !KNOWN.has(name) && !OBSOLETE.has(name)),
    invalid,
  }
}

/** Whether policy `a` is weaker than `b`. */
export function isWeaker(a: DmarcPolicy, b: DmarcPolicy): boolean {
  return POLICIES.indexOf(a) < POLICIES.indexOf(b)
}
