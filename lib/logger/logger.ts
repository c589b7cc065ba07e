import pino from 'pino'
import { env } from '@/lib/env'

let root: pino.Logger | undefined

/** The process's log: JSON lines on standard error, with everything that may be a secret removed. */
export function logger(name: string): pino.Logger {
  root ??= pino(
    {
      level: env().POSTHOUSE_LOG_LEVEL,
      base: null,
      redact: {
        paths: [
          'password',
          'token',
          'secret',
          'privateKey',
          'passwordHash',
          '*.password',
          '*.token',
          '*.secret',
          '*.privateKey',
          '*.passwordHash',
        ],
        censor: '[redacted]',
      },
    },
    pino.destination(2),
  )
  return root.child({ name })
}
