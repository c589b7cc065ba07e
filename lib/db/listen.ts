import 'server-only'
import { Client } from 'pg'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'

type Listener = (payload: string) => void

/**
 * One connection of a process that LISTENs on channels, on the direct (not pooled) address. It connects again by itself;
 * whoever waits also looks at the tables now and then, so a notification lost meanwhile only costs time.
 */
export class Notifications {
  private readonly listeners = new Map<string, Set<Listener>>()
  private client: Client | undefined
  private isClosed = false
  private opening: Promise<void> | undefined

  /** Calls `listener` with each payload on `channel` until the returned function is called. Resolves once listening. */
  async on(
    channel: 'posthouse_release' | 'posthouse_delivered' | 'posthouse_work',
    listener: Listener,
  ): Promise<() => void> {
    const set = this.listeners.get(channel) ?? new Set()
    this.listeners.set(channel, set)
    set.add(listener)
    await this.open()
    return () => set.delete(listener)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.client?.end()
  }

  private open(): Promise<void> {
    this.opening ??= this.connect()
    return this.opening
  }

  private async connect(): Promise<void> {
    const settings = env()
    const client = new Client({
      connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    })
    const again = (cause: unknown) => {
      if (this.isClosed || this.client !== client) return
      logger('listen').warn({ err: cause }, 'lost the connection that listens; connecting again')
      this.client = undefined
      this.opening = undefined
      setTimeout(() => void this.open().catch(again), 1_000).unref()
    }
    this.client = client
    client.on('error', again)
    client.on('end', () => again(new Error('connection ended')))
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(payload ?? '')
    })
    try {
      await client.connect()
      for (const channel of ['posthouse_release', 'posthouse_delivered', 'posthouse_work'])
        await client.query(`LISTEN ${channel}`)
    } catch (cause) {
      again(cause)
      throw cause
    }
  }
}

const globals = globalThis as unknown as { posthouseNotifications?: Notifications }

/** The process's one listening connection. */
export function notifications(): Notifications {
  globals.posthouseNotifications ??= new Notifications()
  return globals.posthouseNotifications
}
