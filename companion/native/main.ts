import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureFolder } from '@/companion/files'
import { readPidFile, writePidFile } from '@/companion/pid-file'
import { startStack, type Stack } from './stack'

/**
 * `node --import tsx companion/native/main.ts --state <dir> [--agent <file>]`: every companion mail server on loopback.
 * Writes one line of JSON to standard output when all of them answer, and runs until SIGTERM or SIGINT.
 */

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const report = (words: string) => process.stderr.write(`companion: ${words}\n`)

function options() {
  const { values } = parseArgs({ options: { state: { type: 'string' }, agent: { type: 'string' } } })
  if (values.state === undefined) throw new Error('--state <dir> is missing')
  if (process.getuid?.() !== 0) throw new Error('The mail daemons need root: each runs as an account of its own')
  const stateFolder = resolve(values.state)
  return { stateFolder, agentFile: resolve(values.agent ?? join(checkout, 'agent', 'main.ts')), checkout, report }
}

/** Refuses to run twice on one folder. */
function claim(pidFile: string): void {
  const other = existsSync(pidFile) ? readPidFile(pidFile) : null
  if (other !== null) throw new Error(`The companion of this folder runs already (process ${other})`)
  rmSync(pidFile, { force: true })
  // Exclusive: of two that start at the same moment one fails here.
  writeFileSync(pidFile, '', { flag: 'wx' })
  writePidFile(pidFile, process.pid)
}

async function main(): Promise<void> {
  const settings = options()
  ensureFolder(join(settings.stateFolder, 'run'), 0o755)
  // The folder is the installation's own: the daemons' accounts may go through it, reading stays as it is.
  chmodSync(settings.stateFolder, statSync(settings.stateFolder).mode | 0o011)
  const pidFile = join(settings.stateFolder, 'run', 'companion.pid')
  claim(pidFile)
  const asked = new AbortController()
  let stack: Stack | null = null
  const leave = async (code: number) => {
    await stack?.stop()
    rmSync(pidFile, { force: true })
    process.exit(code)
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (asked.signal.aborted) return
      asked.abort()
      if (stack) void leave(0)
    })
  }
  try {
    stack = await startStack(settings)
  } catch (error) {
    report(error instanceof Error ? error.message : String(error))
    await leave(1)
    return
  }
  if (asked.signal.aborted) return leave(0)
  process.stdout.write(`${JSON.stringify(stack.report)}\n`)
}

main().catch((error: unknown) => {
  report(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
