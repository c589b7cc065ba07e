import 'server-only'
import { randomUUID } from 'node:crypto'
import { unstable_rethrow } from 'next/navigation'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import type { Permission } from '@/lib/auth/permissions'
import { requireActor } from '@/lib/auth/session'
import { env } from '@/lib/env'
import { AppError, type ErrorCode } from '@/lib/errors/app-error'
import { isOurOrigin } from '@/lib/http/origin'
import { securityHeaders } from '@/lib/http/security-headers'
import { logger } from '@/lib/logger/logger'

const STATUS: Record<ErrorCode, number> = {
  INVALID: 422,
  NOT_FOUND: 404,
  CONFLICT: 409,
  FORBIDDEN: 403,
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
}

type Handler<P> = (actor: Actor, request: Request, params: P) => Promise<Response>

/**
 * Makes a route handler of a permission and a function. A write that comes with a cookie must come from a page of ours
 * (Origin); errors become JSON `{ error, key }` with the status of their code, unexpected ones an id that stands in the log.
 */
export function apiRoute<P = Record<string, never>>(
  options: { permission: Permission },
  run: Handler<P>,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    try {
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      if (!isRead && !isOurOrigin(request.headers.get('origin'), env().POSTHOUSE_URL)) {
        throw new AppError('FORBIDDEN', 'auth.foreignOrigin')
      }
      const actor = await requireActor()
      requirePermission(actor, options.permission)
      return withSecurityHeaders(await run(actor, request, await context.params))
    } catch (error) {
      unstable_rethrow(error)
      return withSecurityHeaders(errorResponse(error))
    }
  }
}

/** Also on routes that `proxy.ts` leaves out. */
function withSecurityHeaders(response: Response): Response {
  const headers = securityHeaders(env().POSTHOUSE_URL.startsWith('https:'))
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

function errorResponse(error: unknown): Response {
  const headers = { 'Cache-Control': 'no-store' }
  if (error instanceof AppError) {
    const { code, messageKey, values, field } = error
    return Response.json({ error: code, key: messageKey, values, field }, { status: STATUS[code], headers })
  }
  const id = randomUUID()
  logger('panel').error({ err: error, eventId: id }, 'route failed')
  return Response.json({ error: 'UNEXPECTED', id }, { status: 500, headers })
}
