/** The place of a node's service, `host:port` or `[v6]:port`; null where it has none. */
export function parseEndpoint(text: string | undefined): { host: string; port: number } | null {
  if (text === undefined) return null
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}
