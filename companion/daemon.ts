import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { signal, startTime, writePidFile } from './pid-file'

/** A program that stays in the foreground as our child. */
export interface DaemonSpec {
  /** Also the name of its pid file and of the log of what it prints. */
  name: string
  command: readonly string[]
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** Runs before each start; what it throws is treated like a crash. */
  prepare?: () => Promise<void>
  /** True once the daemon answers. */
  isUp: () => Promise<boolean>
  /** Milliseconds between TERM and KILL. */
  graceMs: number
}

export interface DaemonHome {
  runFolder: string
  logFolder: string
  /** Shown to the daemon as /etc/resolv.conf, in a mount namespace of its own. */
  resolvConf?: string
  report: (words: string) => void
}

const DELAYS_MS = [100, 300, 1_000, 3_000, 10_000]
/** A daemon that ran this long starts again at the shortest delay. */
const STABLE_MS = 30_000

const IN_NAMESPACE = [
  'unshare',
  '--mount',
  '--propagation',
  'slave',
  'sh',
  '-c',
  'mount --bind "$0" /etc/resolv.conf && exec "$@"',
]

/** Keeps one daemon running: starts it, starts it again with a growing delay when it ends by itself, stops it. */
export class Daemon {
  private child: ChildProcess | null = null
  private readonly stopping = new AbortController()
  private failures = 0
  private loop: Promise<void> = Promise.resolve()
  private readonly pidFile: string

  constructor(
    readonly spec: DaemonSpec,
    private readonly home: DaemonHome,
  ) {
    this.pidFile = join(home.runFolder, `${spec.name}.pid`)
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Starts the daemon and resolves when it answers. Rejects where it has not within `timeoutMs`. */
  async start(timeoutMs: number): Promise<void> {
    this.loop = this.run()
    const until = Date.now() + timeoutMs
    while (!(this.child && (await this.spec.isUp()))) {
      if (Date.now() > until) throw new Error(`${this.spec.name} did not come up; see ${this.logFile}`)
      await sleep(15)
    }
  }

  /** Ends the daemon and everything in its process group. */
  async stop(): Promise<void> {
    this.stopping.abort()
    const pid = this.child?.pid
    if (pid !== undefined) {
      signal(pid, 'SIGTERM')
      const started = startTime(pid)
      const until = Date.now() + this.spec.graceMs
      while (this.child !== null && startTime(pid) === started && Date.now() < until) await sleep(10)
      signal(-pid, 'SIGKILL')
    }
    await this.loop
  }

  /** A call, because it changes while others wait. */
  private isStopping(): boolean {
    return this.stopping.signal.aborted
  }

  private get logFile(): string {
    return join(this.home.logFolder, `${this.spec.name}.log`)
  }

  private async run(): Promise<void> {
    while (!this.isStopping()) {
      const began = Date.now()
      const words = await this.runOnce()
      if (this.isStopping()) return
      this.failures = Date.now() - began > STABLE_MS ? 1 : this.failures + 1
      const delayMs = DELAYS_MS[Math.min(this.failures, DELAYS_MS.length) - 1] ?? 0
      this.home.report(`${this.spec.name} ended (${words}); starting it again in ${delayMs} ms`)
      for (const until = Date.now() + delayMs; Date.now() < until && !this.isStopping();) await sleep(20)
    }
  }

  private async runOnce(): Promise<string> {
    try {
      await this.spec.prepare?.()
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    if (this.isStopping()) return 'stopped'
    const wrapped = this.home.resolvConf === undefined ? [] : [...IN_NAMESPACE, this.home.resolvConf]
    const [file = '', ...args] = [...wrapped, ...this.spec.command]
    const log = openSync(this.logFile, 'a', 0o640)
    try {
      const child = spawn(file, args, {
        cwd: this.spec.cwd ?? '/',
        env: { ...process.env, ...this.spec.env },
        stdio: ['ignore', log, log],
        detached: true,
      })
      return await new Promise<string>((resolve) => {
        child.once('error', (error) => resolve(error.message))
        child.once('exit', (code, name) => resolve(name ?? `exit code ${code}`))
        if (child.pid !== undefined) {
          this.child = child
          writePidFile(this.pidFile, child.pid)
        }
      })
    } finally {
      this.child = null
      closeSync(log)
      rmSync(this.pidFile, { force: true })
    }
  }
}
