import { parseTagList } from '@/lib/dns/tag-list'

/** Name of a key's record (RFC 6376 §3.6.2.1). */
export function dkimRecordName(selector: string, domain: string): string {
  return `${selector}._domainkey.${domain}`
}

/**
 * Name below our zone at which the key of a slot stands, for a domain whose own zone leads there by a CNAME that never
 * changes (MAIL rule 32).
 */
export function delegatedKeyName(slot: string, domain: string, zone: string): string {
  return `${slot}.${domain}.${zone}`
}

/** What the record says beside the key; `flags` are `y` (test mode) and `s` (no subdomains). */
export interface DkimRecordOptions {
  algorithm?: string
  flags?: readonly string[]
}

/**
 * TXT text of a key: base64 of an RSA key's SubjectPublicKeyInfo, of an Ed25519 key's 32 octets (RFC 8463 §3); with an
 * empty key: revoked (RFC 6376 §3.6.1). Throws where key or flags are none.
 */
export function formatDkimRecord(
  publicKey: string,
  { algorithm = 'rsa-sha256', flags = [] }: DkimRecordOptions = {},
): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(publicKey)) throw new Error('a public key is base64')
  if (flags.some((flag) => flag !== 'y' && flag !== 's')) throw new Error('a flag is y or s')
  if (publicKey === '') return 'v=DKIM1; p='
  const type = algorithm.startsWith('ed25519') ? 'ed25519' : 'rsa'
  const limits = flags.length > 0 ? `t=${flags.join(':')}; ` : ''
  return `v=DKIM1; k=${type}; ${limits}p=${publicKey}`
}

/** What a verifier takes from a record: the key and what restricts it; null where it is no valid key record. */
export interface DkimRecord {
  keyType: string
  publicKey: string
  isTest: boolean
}

/** Reads a key record (RFC 6376 §3.6.1). Tag order, white space in `p=` and a missing version do not count. Null where it is none or cannot serve rsa-sha256 mail. */
export function parseDkimRecord(text: string): DkimRecord | null {
  const tags = parseTagList(text)
  if (!tags) return null
  const publicKey = tags.get('p')?.replace(/\s+/g, '')
  if (publicKey === undefined) return null
  const version = tags.get('v')
  if (version !== undefined && (version !== 'DKIM1' || tags.keys().next().value !== 'v')) return null
  const list = (name: string) => (tags.get(name) ?? '').split(':').map((item) => item.trim().toLowerCase())
  if (tags.has('h') && !list('h').includes('sha256')) return null
  if (tags.has('s') && !list('s').some((service) => service === '*' || service === 'email')) return null
  return { keyType: (tags.get('k') ?? 'rsa').toLowerCase(), publicKey, isTest: list('t').includes('y') }
}

/** True where both texts give a verifier the same key. */
export function isSameDkimKey(found: string, wanted: string): boolean {
  const have = parseDkimRecord(found)
  const want = parseDkimRecord(wanted)
  if (!have || have.publicKey !== want?.publicKey) return false
  return want.publicKey === '' || (have.keyType === want.keyType && have.isTest === want.isTest)
}
