import { z } from 'zod'
import { toDomainName, type DomainName } from '@/lib/domains/name'

/** Local parts that every domain and host must accept (RFC 2142, RFC 5321 §4.5.1). */
export const RESERVED_LOCAL_PARTS = ['postmaster', 'abuse', 'root', 'mailer-daemon'] as const

/** Separates a tag from the local part, for Postfix, Dovecot and panel alike. */
export const RECIPIENT_DELIMITER = '+'

const ATOM = /^(?!#)[a-z0-9!#$&'*=?^_`{}~.-]+$/

/**
 * The stored form (lower case) of a typed local part, or why it is refused: the allowed characters are those that mean
 * nothing to Postfix, Dovecot, a shell or a map (RFC 5321 §4.1.2 dot-string, less `/ % | + …`).
 */
export function parseLocalPart(typed: string): { ok: true; localPart: string } | { ok: false; reason: string } {
  const text = typed.trim()
  const refuse = (reason: string) => ({ ok: false as const, reason })
  if (text === '') return refuse('address.empty')
  if (/[^\x20-\x7e]/.test(text)) return refuse('address.ascii')
  const lower = text.toLowerCase()
  if (lower.length > 64) return refuse('address.long')
  if (lower.includes(RECIPIENT_DELIMITER)) return refuse('address.tag')
  if (lower.includes('"')) return refuse('address.quoted')
  if (!ATOM.test(lower)) return refuse('address.character')
  if (lower.startsWith('-') || lower.startsWith('.') || lower.endsWith('.') || lower.includes('..'))
    return refuse('address.dots')
  return { ok: true, localPart: lower }
}

export const localPartSchema = z
  .string()
  .max(1000)
  .transform((typed, context) => {
    const parsed = parseLocalPart(typed)
    if (parsed.ok) return parsed.localPart
    context.addIssue({ code: 'custom', message: parsed.reason })
    return z.NEVER
  })

/** A whole address in stored form. */
export interface ParsedAddress {
  localPart: string
  domain: DomainName
  address: string
}

/** Reads `local@domain` as typed. A tag is kept for addresses elsewhere only when `allowTag` is set. */
export function parseAddress(
  typed: string,
  { allowTag = false }: { allowTag?: boolean } = {},
): { ok: true; value: ParsedAddress } | { ok: false; reason: string } {
  const text = typed.trim()
  const at = text.lastIndexOf('@')
  if (at <= 0) return { ok: false, reason: 'address.malformed' }
  const domain = toDomainName(text.slice(at + 1))
  if (!domain) return { ok: false, reason: 'domain.malformed' }
  const typedLocal = text.slice(0, at)
  const plus = typedLocal.indexOf(RECIPIENT_DELIMITER)
  const hasTag = allowTag && plus > 0
  const local = parseLocalPart(hasTag ? typedLocal.slice(0, plus) : typedLocal)
  if (!local.ok) return local
  const tag = hasTag ? typedLocal.slice(plus).toLowerCase() : ''
  if (tag && !/^[a-z0-9!#$&'*=?^_`{}~.+-]+$/.test(tag)) return { ok: false, reason: 'address.character' }
  const localPart = local.localPart + tag
  if (localPart.length > 64) return { ok: false, reason: 'address.long' }
  return { ok: true, value: { localPart, domain, address: `${localPart}@${domain}` } }
}

/** Input schema of a whole address, such as a forwarding target; gives its stored form. */
export const addressSchema = z
  .string()
  .max(2000)
  .transform((typed, context) => {
    const parsed = parseAddress(typed, { allowTag: true })
    if (parsed.ok) return parsed.value.address
    context.addIssue({ code: 'custom', message: parsed.reason })
    return z.NEVER
  })
