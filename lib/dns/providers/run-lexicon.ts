import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a call of lexicon ended. `code` is null where it was stopped for its time; `words` hold no credential. */
export interface LexiconRun {
  code: number | null
  output: string
  words: string
}

export type RunLexicon = (args: readonly string[], settings: Readonly<Record<string, string>>) => Promise<LexiconRun>

const TIMEOUT_MS = 90_000
const MAX_OUTPUT = 32 * 1024 * 1024
const MAX_WORDS = 300

let folder: string | undefined

/** A home of its own for the process: lexicon reads no settings of anybody else there and keeps its list of public suffixes. */
function home(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'posthouse-lexicon-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}

/** The last line of what the program said, which names its error, without anything that it was given as a credential. */
export function lexiconWords(said: string, secrets: readonly string[]): string {
  const last = said.trim().split('\n').at(-1) ?? ''
  const hidden = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length > 3)
    .reduce((text, secret) => text.replaceAll(secret, '…'), last)
  return hidden.slice(0, MAX_WORDS)
}

/**
 * Runs Debian's `lexicon`. `settings` are its LEXICON_… variables: credentials go by the environment of the one process,
 * never by its command line, which every user of the machine can read. Where it is not installed `code` is 127.
 */
export const runLexicon: RunLexicon = (args, settings) =>
  new Promise((resolve) => {
    const own = home()
    const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: own, ...settings }
    const child = spawn('lexicon', ['--config-dir', own, ...args], {
      cwd: own,
      env: environment as Record<string, string> as NodeJS.ProcessEnv,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length < MAX_OUTPUT) output += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-8_000)))
    child.on('error', (error) => {
      resolve({ code: 127, output: '', words: `lexicon cannot be started: ${error.message}` })
    })
    child.on('close', (code) => {
      resolve({ code, output, words: lexiconWords(said || output, Object.values(settings)) })
    })
  })
