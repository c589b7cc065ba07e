import { isInside } from '@/lib/dns/record'

const PERMISSION = '._report._dmarc.'

/**
 * The name by which the zone of a record is looked for: the nearest of `domains` that holds it; of a record at another
 * domain that domain (RFC 9990 §4), else the name above it, for the record's own absence would be kept by resolvers.
 */
export function zoneNameOf(name: string, domains: readonly string[]): string {
  const holding = domains.filter((domain) => isInside(name, domain))
  if (holding.length > 0)
    return holding.reduce((nearest, domain) => (domain.length > nearest.length ? domain : nearest))
  const at = name.indexOf(PERMISSION)
  return at < 0 ? name.slice(name.indexOf('.') + 1) : name.slice(at + PERMISSION.length)
}
