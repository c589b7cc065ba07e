/**
 * The posthouse command: finds the installation this checkout belongs to and hands over to cli/entry.ts under the checkout's
 * own Node. Plain JavaScript, since it may be started by an older one.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commandEnvironment, projectNode, typescriptArgs } from './lib/environment.mjs'
import { checkout, stateFolder } from './lib/state.mjs'

if (!existsSync(projectNode)) {
  console.error('The packages are not installed yet: run npm start, or npm install, first.')
  process.exit(1)
}
// tsx and the path alias are looked up from the checkout; file names in arguments stay relative to where we were called.
const env = { ...commandEnvironment(stateFolder()), TSX_TSCONFIG_PATH: join(checkout, 'tsconfig.json') }
const tsx = join(checkout, 'node_modules', 'tsx', 'dist', 'loader.mjs')
const args = typescriptArgs.map((argument) => (argument === 'tsx' ? tsx : argument))
const child = spawn(projectNode, [...args, join(checkout, 'cli', 'entry.ts'), ...process.argv.slice(2)], {
  env,
  stdio: 'inherit',
})
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name))
child.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
