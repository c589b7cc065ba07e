import 'server-only'
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import type { Permission } from '@/lib/auth/permissions'
import { getActor } from '@/lib/auth/session'
import { AppError } from '@/lib/errors/app-error'
import { PATH_HEADER } from '@/lib/http/page-path'

/** The actor of a page: a stranger goes to the sign-in page and comes back, a role without the permission sees no page. */
export async function requirePageActor(permission: Permission): Promise<Actor> {
  const actor = await getActor()
  if (!actor) {
    const path = (await headers()).get(PATH_HEADER) ?? '/'
    redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`)
  }
  try {
    requirePermission(actor, permission)
  } catch (error) {
    if (error instanceof AppError) notFound()
    throw error
  }
  return actor
}

/** Waits for a query; what it does not find, or the actor may not see, is a page that is not there. */
export async function orNotFound<T>(query: Promise<T>): Promise<NonNullable<T>> {
  let found: T
  try {
    found = await query
  } catch (error) {
    if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN')) notFound()
    throw error
  }
  return found ?? notFound()
}
