import 'server-only'
import { Client } from 'pg'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'
import { connectAgent, NodeLoop, pairingOf, type ConnectAgent } from '@/lib/nodes/node-loop'

const SWEEP_MILLISECONDS = 5_000
/** First half of the advisory locks that say which worker looks after a node. */
const NODE_LOCKS = 0x6e_6f_64_65

/**
 * Runs the loop of each node that no other worker runs: a session advisory lock a node, on one connection, so that a
 * worker that dies frees its nodes.
 */
export class NodeLoops {
  private readonly loops = new Map<string, NodeLoop>()
  private readonly stops: (() => void)[] = []
  private locks: Client | undefined
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<void> = Promise.resolve()

  constructor(private readonly connect: ConnectAgent = connectAgent) {}

  async start(): Promise<void> {
    const wakeAll = () => {
      for (const loop of this.loops.values()) loop.wake()
    }
    // A node's own answer is no news to it: woken by it, a node that is down would be tried without a pause.
    const wakeOthers = (name: string) => {
      for (const loop of this.loops.values()) if (loop.nodeName !== name) loop.wake()
    }
    const sweepSoon = () => {
      this.sweeping = this.sweeping
        .then(() => this.sweep())
        .catch((error: unknown) => {
          logger('nodes').error({ err: error }, 'could not look for nodes; trying again')
        })
    }
    this.stops.push(await notifications().on('posthouse_release', wakeAll))
    this.stops.push(await notifications().on('posthouse_delivered', wakeOthers))
    this.stops.push(await notifications().on('posthouse_work', sweepSoon))
    sweepSoon()
    await this.sweeping
    this.timer = setInterval(sweepSoon, SWEEP_MILLISECONDS)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    for (const stop of this.stops) stop()
    await this.sweeping
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()))
    this.loops.clear()
    await this.locks?.end()
  }

  private async sweep(): Promise<void> {
    const nodes = await db().node.findMany({ where: { removedAt: null } })
    const pairings = new Map(nodes.map((node) => [node.id, pairingOf(node)]))
    for (const [id, loop] of this.loops) {
      if (pairings.get(id) === loop.pairing) continue
      this.loops.delete(id)
      await loop.stop()
    }
    for (const { id } of nodes) {
      if (this.loops.has(id) || !(await this.lock(id))) continue
      const loop = await NodeLoop.open(id, this.connect)
      this.loops.set(id, loop)
      loop.start()
    }
  }

  private async lock(nodeId: string): Promise<boolean> {
    const client = await this.connection()
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
      [NODE_LOCKS, nodeId],
    )
    return rows[0]?.locked === true
  }

  private async connection(): Promise<Client> {
    if (this.locks) return this.locks
    const settings = env()
    const client = new Client({ connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL })
    client.on('error', (error) => {
      // The locks are gone with the connection: another worker may have them by now.
      logger('nodes').warn({ err: error }, 'lost the connection that holds the nodes; starting over')
      this.locks = undefined
      const loops = [...this.loops.values()]
      this.loops.clear()
      for (const loop of loops) void loop.stop()
    })
    await client.connect()
    this.locks = client
    return client
  }
}
