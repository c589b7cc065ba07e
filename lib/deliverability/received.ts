import type { Hop } from '@/lib/deliverability/schema'

/** The header part of a message, unfolded: `[name in lower case, value]`, top first. */
export function headerFields(message: string): [string, string][] {
  const end = /\r?\n\r?\n/.exec(message)?.index ?? message.length
  const unfolded = message.slice(0, end).replace(/\r?\n[ \t]+/g, ' ')
  return unfolded.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':')
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : []
  })
}

/** The hops of a message, first sender first, with the time each took; text that is not understood stays empty. */
export function parseHops(message: string): Hop[] {
  const lines = headerFields(message)
    .filter(([name]) => name === 'received')
    .map(([, value]) => value)
    .reverse()
  let before: number | null = null
  return lines.map((line) => {
    const at = dateOf(line)
    const delaySeconds: number | null =
      at !== null && before !== null ? Math.max(0, Math.round((at - before) / 1000)) : null
    before = at ?? before
    return {
      from: /^from (\S+)(?: \(([^)]*)\))?/.exec(line)?.slice(1).filter(Boolean).join(' ') ?? '',
      by: /\bby (\S+)/.exec(line)?.[1] ?? '',
      protocol: /\bwith ([A-Z0-9]+)\b/.exec(line)?.[1] ?? '',
      tls: tlsOf(line),
      at: at === null ? null : new Date(at).toISOString(),
      delaySeconds,
    }
  })
}

function dateOf(line: string): number | null {
  const time = Date.parse(
    line
      .slice(line.lastIndexOf(';') + 1)
      .replace(/\([^)]*\)/g, '')
      .trim(),
  )
  return Number.isNaN(time) ? null : time
}

function tlsOf(line: string): string | null {
  const version = /\b(?:using |version=)?(TLSv?1[._]?[0-3]?)\b/i.exec(line)?.[1]
  const cipher = /\bcipher[ =]([A-Z0-9_-]+)/i.exec(line)?.[1]
  if (version !== undefined) return [version, cipher].filter((part) => part !== undefined).join(' ')
  return /\bwith [A-Z0-9]*SMTPS?A?\b/.test(line) && /\bwith (?:UTF8)?(?:E?SMTPSA?|LMTPSA?)\b/.test(line) ? 'TLS' : null
}

/** The client address that the first server of `by` saw: what SPF of the last hop from us is asked with. */
export function clientOf(message: string, ours: readonly string[]): { ip: string; helo: string } | null {
  for (const [name, value] of headerFields(message)) {
    if (name !== 'received') continue
    const match = /^from (\S+) \([^)]*\[(?:IPv6:)?([0-9a-fA-F.:]+)\]/.exec(value)
    if (match?.[1] && match[2] && ours.includes(match[2])) return { ip: match[2], helo: match[1] }
  }
  return null
}
