/**
 * Reads `tag=value; tag=value` (RFC 6376 §3.2; DMARC uses the same form, RFC 9989 §4.7). Names in lower case, white space
 * around names and values gone. Null where a part has no `=` or a name comes twice, which makes the whole list invalid.
 */
export function parseTagList(text: string): Map<string, string> | null {
  const tags = new Map<string, string>()
  const parts = text.split(';')
  if (parts.at(-1)?.trim() === '') parts.pop()
  for (const part of parts) {
    const match = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=(.*)$/s.exec(part)
    const name = match?.[1]?.toLowerCase()
    if (!match || !name || tags.has(name)) return null
    tags.set(name, (match[2] ?? '').trim())
  }
  return tags
}
