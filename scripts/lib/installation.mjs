import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPanel } from './build.mjs'
import { posthouse } from './cli.mjs'
import { startCompanion } from './companion.mjs'
import { plainEnvironment, projectNode } from './environment.mjs'
import { startPostgres } from './postgres.mjs'
import { endProcess, isAlive, leftBehind } from './processes.mjs'
import { run, stopRuns } from './run.mjs'
import { step, Trouble } from './say.mjs'
import { readSecrets } from './secrets.mjs'
import { requireFreePort, startPanel, startWorker, waitForPanel, waitForWorker } from './services.mjs'
import { checkout } from './state.mjs'

/** What is ended first comes first. */
const STOP_ORDER = ['worker', 'panel', 'companion', 'postgres']
const HOST = '127.0.0.1'

/** The parts of Posthouse on this machine, started one after the other and stopped in the opposite order. */
export class Installation {
  #entries = new Map()
  #stopping = null
  #database = process.env.DATABASE_URL || null

  /** `state`: its folder. `dist`: folder of the build in the checkout. `isThrowaway`: data need not survive a crash. */
  constructor({ state, dist, port, isThrowaway = false }) {
    this.state = state
    this.dist = dist
    this.port = port
    this.isThrowaway = isThrowaway
    this.logs = join(state, 'logs')
  }

  get isStopping() {
    return this.#stopping !== null
  }

  get database() {
    return this.#database
  }

  /** Where a browser finds the panel. */
  get url() {
    return process.env.POSTHOUSE_URL || `http://${HOST}:${this.port}`
  }

  #keep(entry) {
    this.#entries.set(entry.name, entry)
    return entry
  }

  /** After {@link stop} began nothing may be started any more. */
  #goOn() {
    if (this.isStopping) throw new Trouble('Stopped.')
  }

  /** Ends what an earlier start left behind when it was killed. The database is not ended but adopted later. */
  async endLeftovers() {
    const left = leftBehind(join(this.state, 'run', 'start')).filter(({ name }) => name !== 'postgres')
    for (const name of STOP_ORDER) for (const entry of left) if (entry.name === name) await endProcess(entry)
    return left.length > 0
      ? `ended what an earlier start left behind: ${left.map(({ name }) => name).join(', ')}`
      : null
  }

  /** The embedded database, unless DATABASE_URL names another one; then its tables are brought up to date. */
  async startDatabase() {
    this.#goOn()
    if (!process.env.DATABASE_URL) {
      await step('Database', async () => {
        const { databasePassword } = readSecrets(this.state)
        const server = await startPostgres({
          state: this.state,
          password: databasePassword,
          isThrowaway: this.isThrowaway,
        })
        this.#keep(server)
        this.#database = server.url
        return `embedded Postgres on ${HOST}:${server.port}`
      })
    }
    this.#goOn()
    await step('Migrations', () =>
      run(projectNode, ['--import', 'tsx', 'prisma/migrate.ts', 'deploy'], {
        cwd: checkout,
        env: plainEnvironment({
          DATABASE_URL: this.#database,
          DATABASE_DIRECT_URL: process.env.DATABASE_DIRECT_URL || this.#database,
        }),
        log: join(this.logs, 'migrate.log'),
        failure: 'The database refuses',
      }),
    )
  }

  async build() {
    this.#goOn()
    const { state, dist, logs } = this
    await step('Panel: build', () => buildPanel({ state, dist, logs, database: this.#database }))
  }

  /**
   * The mail nodes, paired with the panel, and the worker. Its settings name the lab's resolver, so it comes after the nodes;
   * it learns of them when they are paired.
   */
  async startMailNodes() {
    this.#goOn()
    let report
    await step('Mail nodes', async () => {
      const { entry, ready } = startCompanion(this.state)
      this.#keep(entry)
      report = await ready
      return `${report.pairing.length} nodes, DNS and ${report.lab.probes.length} probes`
    })
    const pairing = posthouse(['lab', 'connect', report.file], { state: this.state, database: this.#database })
    await Promise.all([this.startWorker(), step('Pairing', () => pairing)])
  }

  async startWorker() {
    this.#goOn()
    await step('Worker', async () => {
      await waitForWorker(this.#keep(startWorker({ state: this.state, database: this.#database })))
    })
  }

  async startPanel() {
    this.#goOn()
    await step('Panel', async () => {
      await requireFreePort(HOST, this.port)
      const { state, dist, port } = this
      const entry = this.#keep(startPanel({ state, dist, port, host: HOST, database: this.#database }))
      await waitForPanel(entry, HOST, port)
    })
  }

  /** The link by which the owner is set up once; null when there is an owner. */
  setupLink() {
    return posthouse(['setup-link'], { state: this.state, database: this.#database, expected: /an owner already/ })
  }

  /** Everything that runs, once the database is there and the panel is built; gives the owner's set-up link. */
  async startAll({ withMailNodes }) {
    const [link] = await Promise.all([
      this.setupLink(),
      this.startPanel(),
      withMailNodes ? this.startMailNodes() : this.startWorker(),
    ])
    return link
  }

  /** Processes that have ended although nobody stopped them. */
  ended() {
    if (this.isStopping) return []
    return [...this.#entries.values()].filter((entry) => !isAlive(entry))
  }

  /** Ends everything that was started, and only that; may be called at any time and more than once. */
  stop() {
    this.#stopping ??= (async () => {
      await stopRuns()
      for (const name of STOP_ORDER) {
        const entry = this.#entries.get(name)
        if (entry) await endProcess(entry, name === 'postgres' ? 'SIGINT' : 'SIGTERM')
      }
      rmSync(join(this.state, 'run', 'companion.json'), { force: true })
    })()
    return this.#stopping
  }
}

/** Throws Trouble when the port that the panel would take is not free; asked before anything is started. */
export function requirePanelPort(port) {
  return requireFreePort(HOST, port)
}
