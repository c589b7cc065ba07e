import 'server-only'
import { randomUUID } from 'node:crypto'
import { redirect, unstable_rethrow } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import type { z } from 'zod'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import type { Permission } from '@/lib/auth/permissions'
import { requireActor } from '@/lib/auth/session'
import { AppError } from '@/lib/errors/app-error'
import type { ActionState, FormAction, Notice } from '@/lib/http/action-state'
import { errorText, issueFields, type Translate } from '@/lib/http/error-text'
import { readForm, withoutSecrets } from '@/lib/http/form-data'
import { releaseLanguage } from '@/lib/http/release-language'
import { releaseNotice } from '@/lib/http/release-notice'
import { logger } from '@/lib/logger/logger'
import { waitForRelease, type Delivery } from '@/lib/releases/wait'

/** What an action's service call gave. */
export interface Outcome<T> {
  /** For the form itself: what is shown once and stored nowhere. */
  data?: T
  /** The release that the change became; the wrapper waits a moment for its delivery. */
  release?: string | null
  /** The page to go to; it shows the release's line. */
  to?: string
}

/**
 * Makes a form's action of a permission, a schema and one service call. Expected errors become sentences beside their
 * fields, everything else one constant sentence and an id that stands in the log.
 */
export function formAction<S extends z.ZodType, T = undefined>(
  options: { permission: Permission; schema: S },
  run: (actor: Actor, input: z.output<S>) => Promise<Outcome<T>>,
): FormAction<T> {
  return handle(
    options.schema,
    async (input) => {
      const actor = await requireActor()
      requirePermission(actor, options.permission)
      return run(actor, input)
    },
    requireSignedIn(options.permission),
  )
}

/**
 * The same for what a stranger may do: his language, the set-up by its link. `why` says what protects it instead.
 */
export function openAction<S extends z.ZodType, T = undefined>(
  options: { why: string; schema: S },
  run: (input: z.output<S>) => Promise<Outcome<T>>,
): FormAction<T> {
  return handle(options.schema, run, () => Promise.resolve())
}

/** Refuses before the input is looked at, so that a stranger learns nothing of schemas. */
function requireSignedIn(permission: Permission): () => Promise<void> {
  return async () => requirePermission(await requireActor(), permission)
}

function handle<S extends z.ZodType, T>(
  schema: S,
  run: (input: z.output<S>) => Promise<Outcome<T>>,
  before: () => Promise<void>,
): FormAction<T> {
  return async (_state, form) => {
    const typed = readForm(form)
    const values = withoutSecrets(typed)
    let outcome: Outcome<T>
    let notice: Notice | null = null
    let delivery: Delivery | null = null
    try {
      await before()
      const input = await schema.safeParseAsync(typed)
      if (!input.success) return await refused(input.error, values)
      outcome = await run(input.data)
      if (outcome.release) {
        delivery = await waitForRelease(outcome.release)
        notice = releaseNotice(outcome.release, delivery, await releaseLanguage())
      }
    } catch (error) {
      unstable_rethrow(error)
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') redirect('/sign-in')
      return failed(error, values)
    }
    if (outcome.to) redirect(outcome.release ? withRelease(outcome.to, outcome.release, delivery) : outcome.to)
    return { status: 'ok', data: outcome.data as T, notice }
  }
}

/** The page after a change shows what became of it from these. */
function withRelease(to: string, release: string, delivery: Delivery | null): string {
  const time = delivery?.state === 'live' ? `&ms=${delivery.milliseconds}` : ''
  return `${to}${to.includes('?') ? '&' : '?'}release=${release}${time}`
}

async function errorTranslator(): Promise<Translate> {
  return await getTranslations('errors')
}

async function refused(
  error: z.ZodError,
  values: Record<string, string | string[]>,
): Promise<Extract<ActionState, { status: 'error' }>> {
  const translate = await errorTranslator()
  const fields = issueFields(error, translate)
  return { status: 'error', message: translate('form.summary', { count: error.issues.length }), fields, values }
}

async function failed(
  error: unknown,
  values: Record<string, string | string[]>,
): Promise<Extract<ActionState, { status: 'error' }>> {
  const translate = await errorTranslator()
  if (error instanceof AppError) {
    const message = errorText(error, translate)
    return { status: 'error', message, fields: error.field ? { [error.field]: [message] } : {}, values }
  }
  const id = randomUUID()
  logger('panel').error({ err: error, eventId: id }, 'action failed')
  return { status: 'error', message: translate('unexpected', { id }), fields: {}, values }
}
