import { getDomain } from 'tldts'

/**
 * The zones that a domain can stand in, the likeliest first: the one that was registered, then each below it down to the
 * domain itself. A name of no public suffix is its own zone, or that of its last two labels.
 */
export function zoneChoices(domain: string): string[] {
  const registered = getDomain(domain, { allowPrivateDomains: true }) ?? domain.split('.').slice(-2).join('.')
  const above = domain.slice(0, Math.max(domain.length - registered.length - 1, 0)).split('.')
  const below = above[0] === '' ? [] : above
  return [registered, ...below.map((_, index) => [...below.slice(-index - 1), registered].join('.'))]
}
