/** The directions of imports that keep the parts apart. The numbers are those of the list in CONTRIBUTING.md. */
const ours = '^(app|agent|bench|cli|companion|components|e2e|lib|prisma|worker)/'
const test = String.raw`\.(db\.|daemon\.)?test\.tsx?$`
/** What may be imported from anywhere in a concept: its input schemas, and its pure files (all that are not reads or writes). */
const readsAndWrites = String.raw`^lib/.*/(queries|service)\.ts$`

module.exports = {
  forbidden: [
    {
      name: '1-lib-stands-below',
      comment: 'lib never imports app, components or agent, except tests that let the real agent answer.',
      severity: 'error',
      from: { path: '^lib/', pathNot: test },
      to: { path: '^(app|components|agent)/' },
    },
    {
      name: '2-primitives-know-nothing-of-ours',
      comment: 'components/ui imports React, the headless primitives and cn.',
      severity: 'error',
      from: { path: '^components/ui/' },
      to: { path: ours, pathNot: '^components/ui/' },
    },
    {
      name: '2-components-take-schemas-and-pure-files',
      comment:
        'components import no reads and no writes, at most the type of what is read; pages hand them what they show.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: readsAndWrites, dependencyTypesNot: ['type-only'] },
    },
    {
      name: '3-no-database-in-pages',
      comment: 'app and components never import lib/db; the generated enums are plain values.',
      severity: 'error',
      from: { path: '^(app|components)/', pathNot: test },
      to: { path: '^lib/db/', pathNot: '^lib/db/generated/enums' },
    },
    {
      name: '3-no-database-in-schemas',
      comment: 'schema.ts is read by the browser too.',
      severity: 'error',
      from: { path: String.raw`^lib/.*/schema\.ts$` },
      to: { path: '^lib/db/', pathNot: '^lib/db/generated/enums' },
    },
    {
      name: '4-renderers-are-pure',
      comment: 'Renderers take state and give text: no database, settings, clock or files.',
      severity: 'error',
      from: { path: '^lib/(postfix|dovecot|opendkim)/', pathNot: test },
      to: {
        path: [
          '^lib/(db|env|clock|jobs|http|auth|audit)(/|\\.ts$)',
          '^(node:)?(fs|child_process|net|http|https)(/|$)',
          '^node_modules/(pg|@prisma)/',
        ],
      },
    },
    {
      name: '5-the-agent-is-shipped-alone',
      comment: 'agent imports lib/agent-protocol and small pure helpers.',
      severity: 'error',
      from: { path: '^agent/', pathNot: test },
      to: {
        path: ours,
        pathNot: ['^agent/', '^lib/agent-protocol/', '^lib/(postfix|dovecot|opendkim|addresses|domains|dkim)/'],
      },
    },
    {
      name: '5-the-agent-does-not-reach-the-database',
      severity: 'error',
      from: { path: '^agent/', pathNot: test },
      to: { path: '^(lib/(db|env)|node_modules/(pg|@prisma|next|pino))', reachable: true },
    },
    {
      name: '6-next-at-the-edge-only',
      comment: 'Services run in tests, the worker and the command line without Next.',
      severity: 'error',
      from: {
        path: ours,
        pathNot: ['^(app|components)/', '^lib/http/', String.raw`^lib/auth/(session|next-auth)\.ts$`, test],
      },
      to: { path: '^node_modules/next/' },
    },
    {
      name: '8-no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: '8-no-barrels',
      comment: 'A file is imported by its own name.',
      severity: 'error',
      from: {},
      to: { path: String.raw`^(app|agent|cli|components|lib|worker)/.*/index\.tsx?$` },
    },
    {
      name: 'no-tests-in-programs',
      severity: 'error',
      from: { pathNot: [test, '^test/', '^e2e/', String.raw`(^|/)testing(/|\.ts$)`] },
      to: { path: [test, '^test/', '^e2e/'] },
    },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(lib/db/generated/(?!enums|client)|\\.next)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
