/** The header in which `proxy.ts` tells a page its own path and query. */
export const PATH_HEADER = 'x-posthouse-path'

/**
 * A path of ours to go to after signing in, or `/`. Anything that could lead to another host (`//host`, a backslash, a
 * scheme) is refused, and so is the sign-in page itself.
 */
export function safePath(text: string | null | undefined): string {
  if (!text || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return '/'
  return /^\/(?:sign-in|api)(?:[/?#]|$)/.test(text) ? '/' : text
}
