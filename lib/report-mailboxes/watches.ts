import 'server-only'
import { Client } from 'pg'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'
import { MAILBOX_NEWS } from '@/lib/report-mailboxes/account'
import { MailboxWatch } from '@/lib/report-mailboxes/watch'

const SWEEP_MILLISECONDS = 5_000

/**
 * Watches every report mailbox, as long as no other worker does: one session advisory lock for all of them, gone with
 * the process. Mailboxes that come, go or are to be tried again are taken up at once.
 */
export class MailboxWatches {
  private readonly watches = new Map<string, MailboxWatch>()
  private stopListening: (() => void) | undefined
  private lock: Client | undefined
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<void> = Promise.resolve()

  async start(): Promise<void> {
    this.stopListening = await notifications().on('posthouse_work', (news) => {
      if (news === MAILBOX_NEWS) this.sweepSoon(true)
    })
    this.sweepSoon(false)
    await this.sweeping
    this.timer = setInterval(() => this.sweepSoon(false), SWEEP_MILLISECONDS)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.stopListening?.()
    await this.sweeping
    await this.stopAll()
    await this.lock?.end()
    this.lock = undefined
  }

  private sweepSoon(isNews: boolean): void {
    this.sweeping = this.sweeping
      .then(() => this.sweep(isNews))
      .catch((error: unknown) => {
        logger('report-mailbox').error({ err: error }, 'could not look for report mailboxes; trying again')
      })
  }

  private async sweep(isNews: boolean): Promise<void> {
    if (!(await this.hasLock())) return
    const rows = await db().reportMailbox.findMany({ select: { id: true, state: true } })
    const known = new Set(rows.map(({ id }) => id))
    for (const [id, watch] of this.watches) {
      if (known.has(id)) continue
      this.watches.delete(id)
      await watch.stop()
    }
    for (const { id, state } of rows) {
      const watch = this.watches.get(id)
      if (watch && isNews && state === 'new') watch.wake()
      if (watch) continue
      const fresh = new MailboxWatch(id)
      this.watches.set(id, fresh)
      fresh.start()
    }
  }

  private async hasLock(): Promise<boolean> {
    if (this.lock) return true
    const settings = env()
    const client = new Client({ connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL })
    client.on('error', (error) => {
      // Another worker may have the lock by now.
      logger('report-mailbox').warn(
        { err: error },
        'lost the connection that holds the report mailboxes; starting over',
      )
      if (this.lock === client) this.lock = undefined
      void this.stopAll()
    })
    await client.connect()
    const { rows } = await client.query<{ locked: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended('report mailboxes', 0)) AS locked",
    )
    if (rows[0]?.locked !== true) {
      await client.end()
      return false
    }
    this.lock = client
    return true
  }

  private async stopAll(): Promise<void> {
    const watches = [...this.watches.values()]
    this.watches.clear()
    await Promise.all(watches.map((watch) => watch.stop()))
  }
}
