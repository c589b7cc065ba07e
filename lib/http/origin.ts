const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request's Origin header (RFC 6454 §7) is the panel's own. On loopback the names of the machine itself are
 * one: who can serve a page there already holds it. No header, or `null`: not ours.
 */
export function isOurOrigin(origin: string | null, panelUrl: string): boolean {
  if (!origin || !URL.canParse(origin)) return false
  const given = new URL(origin)
  const ours = new URL(panelUrl)
  if (given.origin === ours.origin) return true
  const areLocal = LOOPBACK.has(given.hostname) && LOOPBACK.has(ours.hostname)
  return areLocal && given.protocol === ours.protocol && given.port === ours.port
}
