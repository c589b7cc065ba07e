import 'server-only'
import { checkDomain, checkNode, type CheckDeps } from '@/lib/checks/check-scope'
import { claimDue } from '@/lib/checks/claim-due'
import { Alarm } from '@/lib/clock/alarm'
import { logger } from '@/lib/logger/logger'

const IDLE_MILLISECONDS = 2_000

/**
 * Checks what is due, `most` domains and nodes at a time, nodes first. Workers share: each takes what no other has. A
 * domain whose checks cannot be run or stored is logged and due again after its lease.
 */
export class CheckSweep {
  private readonly running = new Set<Promise<void>>()
  private readonly alarm = new Alarm()
  private isEnding = false
  private loop: Promise<void> = Promise.resolve()

  constructor(
    private readonly deps: CheckDeps,
    private readonly most: number,
  ) {}

  start(): void {
    this.loop = this.run()
  }

  /** Takes nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.isEnding = true
    this.alarm.ring()
    await this.loop
    await Promise.all(this.running)
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      try {
        await this.take()
      } catch (error) {
        logger('checks').error({ err: error }, 'could not look for what is to be checked; trying again')
      }
      await this.alarm.sleep(IDLE_MILLISECONDS)
    }
  }

  /** Fills the free places. The end of each run wakes the loop, so that a place is never free for long. */
  private async take(): Promise<void> {
    for (const [kind, check] of [
      ['node', checkNode],
      ['domain', checkDomain],
    ] as const) {
      const free = this.most - this.running.size
      if (free <= 0) return
      for (const id of await claimDue(kind, free, this.deps.clock())) this.hold(check(id, this.deps), kind, id)
    }
  }

  private hold(work: Promise<void>, kind: string, id: string): void {
    const place = work
      .catch((error: unknown) => {
        logger('checks').error({ err: error, [kind]: id }, 'could not run checks; they are due again in minutes')
      })
      .finally(() => {
        this.running.delete(place)
        this.alarm.ring()
      })
    this.running.add(place)
  }
}
