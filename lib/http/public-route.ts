import 'server-only'
import { randomUUID } from 'node:crypto'
import { toDomainName, type DomainName } from '@/lib/domains/name'
import { logger } from '@/lib/logger/logger'

/** How long caches between us and the asker may keep a public document. */
const CACHE_SECONDS = 300

/** The name under which a browser or program asked (the Host header, without port), in stored form; null where it is none. */
export function hostOf(request: Request): DomainName | null {
  const host = (request.headers.get('host') ?? '').replace(/:\d{1,5}$/, '')
  return toDomainName(host)
}

/** What follows a label that names one of our services, such as `mta-sts`; null where the host does not begin with it. */
export function domainBehind(label: string, host: string | null): DomainName | null {
  return host?.startsWith(`${label}.`) === true ? toDomainName(host.slice(label.length + 1)) : null
}

/** An answer that anybody may have and keep for a while. */
export function publicDocument(
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
  more: Record<string, string> = {},
): Response {
  const headers = { 'Content-Type': contentType, 'Cache-Control': `public, max-age=${CACHE_SECONDS}`, ...more }
  return new Response(body, { headers })
}

/** The answer where a name is not ours or does not offer what was asked for. */
export function notServed(): Response {
  return new Response('not served here\n', { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

/**
 * Makes a route handler that strangers may call: it must tell nothing that is not public anyway. An unexpected error
 * becomes 500 with an id that stands in the log.
 */
export function publicRoute<P = Record<string, never>>(
  run: (request: Request, params: P) => Promise<Response>,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    try {
      return await run(request, await context.params)
    } catch (error) {
      const id = randomUUID()
      logger('panel').error({ err: error, eventId: id }, 'public route failed')
      return new Response(`failed: ${id}\n`, { status: 500, headers: { 'Cache-Control': 'no-store' } })
    }
  }
}
