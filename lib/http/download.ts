const NAME_LENGTH = 100

/** A name of letters, digits, dots, lines and hyphens that no system takes for anything else, made of any name. */
function safeName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._-]+/, '')
    .slice(0, NAME_LENGTH)
  return plain === '' ? 'file' : plain
}

/**
 * The headers of bytes that somebody else made: a browser saves them, whatever they are and whatever their name says, and
 * never shows or runs them (RFC 6266; CSP Level 3 §6.3.2).
 */
export function downloadHeaders(name: string): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${safeName(name)}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  }
}
