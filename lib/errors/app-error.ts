/** The closed list of what can go wrong in a way that a caller is told about. */
export const ERROR_CODES = [
  'INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'FORBIDDEN',
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'UNAVAILABLE',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

export type MessageValues = Record<string, string | number>

/**
 * An expected failure. `messageKey` names a sentence in `messages/` under `errors`, `values` fill it;
 * `field` is the form field at fault. `cause` is for the log alone.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly field: string | undefined

  constructor(
    readonly code: ErrorCode,
    readonly messageKey: string,
    readonly values: MessageValues = {},
    options: { field?: string; cause?: unknown } = {},
  ) {
    super(`${code} ${messageKey} ${JSON.stringify(values)}`, { cause: options.cause })
    this.field = options.field
  }
}
