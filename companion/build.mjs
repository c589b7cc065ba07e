import { build } from 'esbuild'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Builds the containers' entry point into dist/companion/entry.js, with the base configuration beside it. */
const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}dist/companion`, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['companion/entry.ts'],
  outfile: 'dist/companion/entry.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'inline',
  tsconfig: 'tsconfig.json',
})
for (const folder of ['smtp', 'imap', 'dns']) {
  cpSync(`${root}companion/${folder}`, `${root}dist/companion/${folder}`, {
    recursive: true,
    filter: (file) => !/\.ts$|Dockerfile$/.test(file),
  })
}
