import next from 'eslint-config-next/core-web-vitals'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Rule 7 of the directions of imports: settings are read in one place. */
const environmentReaders = [
  'lib/env.ts',
  'agent/env.ts',
  'scripts/**',
  'prisma/**',
  'test/**',
  'bench/**',
  'e2e/**',
  // Hands its own environment on to the daemons.
  'companion/daemon.ts',
  // Next replaces this one variable when it builds.
  'instrumentation.ts',
  'faults/**',
  '*.config.{js,ts,mjs}',
  '**/*.test.ts',
]

export default defineConfig(
  globalIgnores(['.next*/**', 'dist/**', '.posthouse/**', 'lib/db/generated/**', 'next-env.d.ts', 'test-results/**']),
  next,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Texts are cut into code points on purpose where they are cut.
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }] }],
      // A type parameter that only names the result keeps casts out of callers.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs,ts,tsx}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': ['error', { allow: ['error'] }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['scripts/**', 'bench/**', 'prisma/**', 'faults/**', 'bin/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: environmentReaders,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings come from lib/env.ts (in the agent: agent/env.ts).' },
      ],
    },
  },
)
