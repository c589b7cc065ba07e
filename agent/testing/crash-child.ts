import { readFileSync } from 'node:fs'
import { deliverRequest } from '@/lib/agent-protocol/messages'
import { openAgent } from '../agent'
import { deliver } from '../deliver'
import { recover } from '../recover'

/**
 * Starts an agent, takes a delivery where one is given, and is killed at the n-th step (1 is the first; 0: never), as by
 * a loss of power: `node crash-child <dir> <n> [file of a delivery]`. Prints the names of the steps it passed.
 */
async function main(): Promise<void> {
  const [dir = '', at = '0', file] = process.argv.slice(2)
  let passed = 0
  const agent = openAgent(dir, {
    log: () => undefined,
    reload: () => Promise.resolve(true),
    onStep: (name) => {
      passed += 1
      process.stdout.write(`${name}\n`)
      if (passed === Number(at)) process.kill(process.pid, 'SIGKILL')
    },
  })
  await recover(agent)
  if (file)
    process.stdout.write(
      `${JSON.stringify(await deliver(agent, deliverRequest.parse(JSON.parse(readFileSync(file, 'utf8')))))}\n`,
    )
  process.exit(0)
}

await main()
