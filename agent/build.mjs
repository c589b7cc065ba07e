import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

/** Builds the agent into one file, dist/agent.js, which needs a Node 24 binary and nothing beside it. */
const root = fileURLToPath(new URL('..', import.meta.url))
await build({
  absWorkingDir: root,
  entryPoints: ['agent/main.ts'],
  outfile: 'dist/agent.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'inline',
  tsconfig: 'tsconfig.json',
})
