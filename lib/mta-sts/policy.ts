/** A policy as senders keep it (RFC 8461 §3.2). `mx` are host names, the first label of which may be `*`. */
export interface MtaStsPolicy {
  mode: 'testing' | 'enforce' | 'none'
  mx: string[]
  maxAgeSeconds: number
}

const MOST_SECONDS = 31_557_600
const MX = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{1,63}$/i

/** The policy's text, each line ended by CRLF. */
export function formatMtaStsPolicy({ mode, mx, maxAgeSeconds }: MtaStsPolicy): string {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`), `max_age: ${maxAgeSeconds}`]
  return lines.map((line) => `${line}\r\n`).join('')
}

export type ParsedPolicy = { status: 'valid'; policy: MtaStsPolicy } | { status: 'invalid'; words: string }

/**
 * Reads a policy's text as a sender does: lines by LF or CRLF, unknown fields passed over, the first of a field that comes
 * twice counts except for `mx` (RFC 8461 §3.2).
 */
export function parseMtaStsPolicy(text: string): ParsedPolicy {
  const fields = new Map<string, string[]>()
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(.*?)[ \t]*$/.exec(line)
    const name = match?.[1]
    if (!name) return invalid(`not a field: ${line.slice(0, 80)}`)
    fields.set(name, [...(fields.get(name) ?? []), match[2] ?? ''])
  }
  const first = (name: string) => fields.get(name)?.[0]
  if (first('version') !== 'STSv1') return invalid('version is not STSv1')
  const mode = (['testing', 'enforce', 'none'] as const).find((known) => known === first('mode'))
  if (!mode) return invalid('mode is not testing, enforce or none')
  const maxAge = first('max_age') ?? ''
  if (!/^\d{1,10}$/.test(maxAge) || Number(maxAge) > MOST_SECONDS) return invalid(`max_age: ${maxAge || 'missing'}`)
  const mx = (fields.get('mx') ?? []).map((host) => host.toLowerCase().replace(/\.$/, ''))
  const wrong = mx.find((host) => !MX.test(host))
  if (wrong !== undefined) return invalid(`mx: ${wrong}`)
  if (mx.length === 0 && mode !== 'none') return invalid('no mx')
  return { status: 'valid', policy: { mode, mx, maxAgeSeconds: Number(maxAge) } }
}

function invalid(words: string): ParsedPolicy {
  return { status: 'invalid', words }
}

/** Whether a mail server's name is one of the policy's: `*` stands for exactly one label (RFC 8461 §4.1). */
export function coversHost(policy: MtaStsPolicy, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return policy.mx.some((pattern) =>
    pattern.startsWith('*.') ? name.slice(name.indexOf('.') + 1) === pattern.slice(2) : name === pattern,
  )
}
