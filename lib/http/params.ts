import { notFound } from 'next/navigation'
import { parseLocalPart } from '@/lib/addresses/address'
import { toDomainName, type DomainName } from '@/lib/domains/name'

/** The text of a path segment as it was before encoding; a segment that is no encoding is a page that is not there. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    notFound()
  }
}

/** The domain of a path. */
export function domainParam(segment: string): DomainName {
  return toDomainName(decode(segment)) ?? notFound()
}

/** The address of a path `/domains/<domain>/…/<local part>`. */
export function addressParam({ domain, localPart }: { domain: string; localPart: string }) {
  const name = domainParam(domain)
  const parsed = parseLocalPart(decode(localPart))
  if (!parsed.ok) notFound()
  return { domain: name, localPart: parsed.localPart, address: `${parsed.localPart}@${name}` }
}

/** A number of a path or query, or null where it is none. */
export function bigintParam(text: string | undefined): bigint | null {
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : null
}

/** The id of a path. */
export function uuidParam(segment: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(segment) ? segment : notFound()
}
