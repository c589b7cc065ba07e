import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Daemon, type DaemonHome, type DaemonSpec } from './daemon'
import { endPidFile } from './pid-file'

const START_TIMEOUT_MS = 20_000
/** For what was left over: Postfix and Dovecot end within it, the milters look for the signal too seldom. */
const GRACE_MS = 1_000

/** Ends what a supervisor that was killed left running: all that the pid files in `runFolder` name. */
export async function endLeftovers(runFolder: string): Promise<void> {
  const files = readdirSync(runFolder).filter((name) => name.endsWith('.pid'))
  await Promise.all(files.map((name) => endPidFile(join(runFolder, name), GRACE_MS)))
}

/** A group of daemons of one folder that are started and stopped together. */
export class Supervisor {
  private readonly daemons: Daemon[]

  constructor(specs: readonly DaemonSpec[], home: DaemonHome) {
    this.daemons = specs.map((spec) => new Daemon(spec, home))
  }

  /** Starts all at once; resolves when each answers, rejects when one does not. */
  async start(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.start(START_TIMEOUT_MS)))
  }

  /** Stops all at once. What a daemon was handing to another stays in Postfix's queue or with the client. */
  async stop(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.stop()))
  }

  pidOf(name: string): number | undefined {
    return this.daemons.find((daemon) => daemon.spec.name === name)?.pid
  }
}
