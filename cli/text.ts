import type { AppError } from '@/lib/errors/app-error'
import english from '@/messages/en.json'

/** The English sentence of an expected error, its values filled in; the key itself where a sentence is missing. */
export function englishText(error: AppError): string {
  let node: unknown = english.errors
  for (const part of error.messageKey.split('.')) node = (node as Record<string, unknown> | undefined)?.[part]
  if (typeof node !== 'string') return error.messageKey
  return node.replace(/\{(\w+)[^}]*\}/g, (_all, name: string) => String(error.values[name] ?? ''))
}
