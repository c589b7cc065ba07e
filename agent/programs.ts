import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Refusal } from './refusal'

/** Every program that the agent ever runs. What the panel sends reaches them as input or as checked arguments only. */
const PROGRAMS = {
  postmap: '/usr/sbin/postmap',
  postconf: '/usr/sbin/postconf',
  postfix: '/usr/sbin/postfix',
  dovecot: '/usr/sbin/dovecot',
  opendkim: '/usr/sbin/opendkim',
  openssl: '/usr/bin/openssl',
} as const
export type Program = keyof typeof PROGRAMS

export interface ProgramResult {
  /** Exit status, null where a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

interface RunOptions {
  input?: string
  timeoutMs?: number
  /** Called for each line of standard output, which is then not collected. */
  onLine?: (line: string) => void
  /** The program writes to standard error when all is well, too: only its status counts. */
  areWordsFine?: boolean
}

const MOST_STDERR = 20_000
const TIMEOUT_MS = 30_000

/**
 * Runs a program to its end and gives what it wrote. Throws a Refusal when it cannot be started or takes longer than
 * `timeoutMs` (30 s unless said otherwise); an exit status other than 0 is a result, not an error.
 */
export function run(program: Program, args: readonly string[], options: RunOptions = {}): Promise<ProgramResult> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAMS[program], [...args], {
      env: { NODE_ENV: 'production', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      stdio: 'pipe',
    })
    const chunks: Buffer[] = []
    let stderr = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, timeoutMs)
    const { onLine } = options
    if (onLine) createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', onLine)
    else child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < MOST_STDERR) stderr += chunk.toString('utf8')
    })
    child.on('error', (cause) => {
      clearTimeout(timer)
      reject(new Refusal(`${program} cannot be run: ${cause.message}`, { cause }))
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      if (isLate) reject(new Refusal(`${program} did not end within ${timeoutMs} ms`))
      else resolve({ code, stdout: Buffer.concat(chunks).toString('utf8'), stderr })
    })
    // A program that ends before it has read everything says why on standard error; the broken pipe adds nothing.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(new Refusal(`${program}: ${error.message}`, { cause: error }))
    })
    child.stdin.end(options.input ?? '')
  })
}

/**
 * Runs a program that must succeed without a word on standard error: a warning is an error here. Gives its standard
 * output; throws a Refusal with the program's own words.
 */
export async function runClean(program: Program, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options)
  if (code !== 0 || (stderr !== '' && !options.areWordsFine))
    throw new Refusal(stderr || `${program} ended with status ${code ?? 'of a signal'}`)
  return stdout
}
