export type LogLevel = 'error' | 'info' | 'debug'
export type Log = (level: LogLevel, event: string, fields?: Record<string, unknown>) => void

const RANK = { error: 0, info: 1, debug: 2 } as const

/** A log of JSON lines on standard error. Fields must never hold a value of a map, a key file or a token. */
export function createLog(most: LogLevel): Log {
  return (level, event, fields = {}) => {
    if (RANK[level] > RANK[most]) return
    process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
  }
}
