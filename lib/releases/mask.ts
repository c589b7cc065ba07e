/**
 * A value as people may see it: password hashes are cut to their scheme, so that a changed password shows as a change
 * and never as a hash.
 */
export function maskValue(map: string, value: string): string {
  if (map !== 'imap/users' && map !== 'imap/credentials') return value
  return value.replace(/"password":"(\{[A-Z0-9.-]+\})[^"]*"/, '"password":"$1••••"')
}
