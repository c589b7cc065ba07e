import { fileURLToPath } from 'node:url'
import { defaultExclude, defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error('The tests need Node 24: node_modules/.bin/node node_modules/.bin/vitest, or npx vitest')
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const alias = { 'server-only': at('test/server-only.ts'), '@': at('.') }
const exclude = [...defaultExclude, '.next*/**', '.posthouse/**', 'dist/**', 'e2e/**']
const withDatabase = {
  globalSetup: [at('test/database.setup.mjs')],
  setupFiles: [at('test/database.worker.ts')],
  pool: 'forks' as const,
}

/**
 * Three kinds of tests, told apart by name: `*.test.ts` is pure, `*.db.test.ts` gets a Postgres of its own,
 * `*.daemon.test.ts` starts real mail daemons and so needs root.
 */
export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx,mjs}'],
          exclude: [...exclude, '**/*.db.test.ts', '**/*.daemon.test.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'service',
          include: ['**/*.db.test.ts'],
          exclude,
          testTimeout: 20_000,
          hookTimeout: 30_000,
          ...withDatabase,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'daemons',
          include: ['**/*.daemon.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          ...withDatabase,
        },
      },
    ],
  },
})
