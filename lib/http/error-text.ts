import type { z } from 'zod'
import type { AppError, MessageValues } from '@/lib/errors/app-error'

/** What of next-intl's translator this needs; its namespace is `errors`. */
export interface Translate {
  (key: string, values?: MessageValues): string
  has(key: string): boolean
}

/** The sentence of an expected error in the reader's language. */
export function errorText(error: AppError, translate: Translate): string {
  return translate.has(error.messageKey)
    ? translate(error.messageKey, error.values)
    : translate('unknownCode', { code: error.messageKey })
}

/** The sentence of one thing that a schema refuses: its own key, else a general sentence of its kind. */
export function issueText(issue: z.core.$ZodIssue, translate: Translate): string {
  // The last of the choices is what was meant: the others take a field that was left empty.
  const meant = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined
  if (meant) return issueText(meant, translate)
  const values: MessageValues = {}
  for (const name of ['minimum', 'maximum'] as const) {
    const value = (issue as unknown as Record<string, unknown>)[name]
    if (typeof value === 'number' || typeof value === 'bigint') values[name] = Number(value)
  }
  // A key never contains white space; zod's own English sentences always do.
  if (!/\s/.test(issue.message) && translate.has(issue.message)) return translate(issue.message, values)
  const kind = `form.${issue.code}`
  return translate.has(kind) ? translate(kind, values) : translate('form.invalid')
}

/** Sentences by field of a refused input; what belongs to no field stands under the empty name. */
export function issueFields(error: z.ZodError, translate: Translate): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? '')
    const text = issueText(issue, translate)
    const list = (fields[name] ??= [])
    if (!list.includes(text)) list.push(text)
  }
  return fields
}
