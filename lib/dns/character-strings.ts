/** A `<character-string>` holds at most this many octets (RFC 1035 §3.3). */
const MAX_OCTETS = 255

function escapeOctet(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  const code = character.charCodeAt(0)
  return code >= 0x20 && code <= 0x7e ? character : `\\${String(code).padStart(3, '0')}`
}

/**
 * A text (one character an octet) as quoted strings of at most 255 octets, `"…" "…"`, all but printable ASCII as `\DDD`
 * (RFC 1035 §5.1). Throws where a character is no octet. An empty text is one empty string.
 */
export function formatCharacterStrings(text: string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length || at === 0; at += MAX_OCTETS) parts.push(text.slice(at, at + MAX_OCTETS))
  return quoteStrings(parts)
}

/** The given strings (one character an octet, at most 255 each) quoted, split as they are. */
export function quoteStrings(parts: readonly string[]): string {
  if (parts.some((part) => part.length > MAX_OCTETS || /[^\x00-\xff]/.test(part)))
    throw new Error('not the strings of a TXT record')
  return parts.map((part) => `"${part.replace(/[^]/g, escapeOctet)}"`).join(' ')
}

const STRING = /\s*(?:"((?:[^"\\]|\\(?:\d{3}|\D))*)"|((?:[^\s"\\;()]|\\(?:\d{3}|\D))+))/sy

function unescape(text: string): string | null {
  const octets = [...text.matchAll(/\\(?:(\d{3})|.)/gs)].map((match) => Number(match[1] ?? 0))
  if (octets.some((octet) => octet > 255)) return null
  return text.replace(/\\(\d{3}|\D)/gs, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
  )
}

/** Reads quoted and bare strings of a zone file and joins them without a space, as SPF, DKIM and DMARC do (RFC 7208 §3.3); null where they are malformed. */
export function parseCharacterStrings(text: string): string | null {
  const rest = text.trimEnd()
  let joined = ''
  STRING.lastIndex = 0
  while (STRING.lastIndex < rest.length) {
    const match = STRING.exec(rest)
    const part = match ? unescape(match[1] ?? match[2] ?? '') : null
    if (part === null) return null
    joined += part
  }
  return joined
}
