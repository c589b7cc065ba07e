import 'server-only'
import { Alarm } from '@/lib/clock/alarm'
import { db } from '@/lib/db/client'
import { AgentClient, AgentRefused, AgentUnavailable } from '@/lib/nodes/agent-client'
import { deliverToNode, notifyDelivered, replaceHolds, type NodeRow } from '@/lib/nodes/deliver'
import { resyncNode } from '@/lib/nodes/full-state'
import { storeStatus } from '@/lib/nodes/store-status'
import { currentEpoch } from '@/lib/releases/epoch'
import { openAsWorker } from '@/lib/secrets/seal'
import { logger } from '@/lib/logger/logger'

/** While a node does not answer it is tried this often; a release wakes the loop at once. */
const SWEEP_MILLISECONDS = 5_000
const STATUS_MILLISECONDS = 30_000

/** What changes when a node is paired anew. */
export function pairingOf(row: { agentUrl: string; agentFingerprint: string; agentTokenSealed: string }): string {
  return [row.agentUrl, row.agentFingerprint, row.agentTokenSealed].join(' ')
}

/** A connection to the agent of a node, as the node's row says where it is and by what token it is entered. */
export type ConnectAgent = (
  row: NodeRow & { agentUrl: string; agentFingerprint: string; agentTokenSealed: string },
) => AgentClient

/** Over https; opens the token, which only the worker can. */
export const connectAgent: ConnectAgent = (row) =>
  new AgentClient(row, openAsWorker(row.agentTokenSealed, `Node/${row.id}/agentToken`))

/**
 * The loop of one node: delivers what is new, looks after the node's state, sleeps until woken. One process at a time
 * runs it (the caller holds the node's lock).
 */
export class NodeLoop {
  private readonly alarm = new Alarm()
  private readonly end = new AbortController()
  private statusAt = 0
  private running: Promise<void> | undefined

  private constructor(
    private readonly node: NodeRow,
    /** How the node was paired; when it is paired anew this loop ends and another begins. */
    readonly pairing: string,
    private readonly client: AgentClient,
  ) {}

  static async open(nodeId: string, connect: ConnectAgent): Promise<NodeLoop> {
    const row = await db().node.findUniqueOrThrow({ where: { id: nodeId } })
    return new NodeLoop(row, pairingOf(row), connect(row))
  }

  get nodeName(): string {
    return this.node.name
  }

  start(): void {
    this.running = this.run()
  }

  wake(): void {
    this.alarm.ring()
  }

  async stop(): Promise<void> {
    this.end.abort()
    this.wake()
    await this.running
    this.client.close()
  }

  private async run(): Promise<void> {
    const log = logger(`node:${this.node.name}`)
    while (!this.end.signal.aborted) {
      let pause = SWEEP_MILLISECONDS
      try {
        pause = Math.min(pause, (await this.pass()) ?? pause)
      } catch (error) {
        log.error({ err: error }, 'a pass over the node failed; trying again')
      }
      await this.alarm.sleep(pause)
    }
  }

  /** Gives the milliseconds after which there is something to ask the node again, null where there is nothing. */
  private async pass(): Promise<number | null> {
    const isReady = await this.resyncIfNeeded()
    if (!isReady) return null
    const { againInMs } = await deliverToNode(this.node, this.client)
    await this.refreshStatus()
    return againInMs
  }

  /** A node that never confirmed a release of this epoch is compared and brought level as a whole. */
  private async resyncIfNeeded(): Promise<boolean> {
    const [row, head, audit, epoch] = await Promise.all([
      db().node.findUniqueOrThrow({ where: { id: this.node.id }, select: { confirmedRelease: true, epoch: true } }),
      db().release.findFirst({ orderBy: { number: 'desc' }, select: { number: true } }),
      db().auditEntry.findFirst({ orderBy: { id: 'desc' }, select: { hash: true } }),
      currentEpoch(db()),
    ])
    if (row.epoch === epoch && (row.confirmedRelease > 0n || head === null)) return true
    return this.attempt(async () => {
      const release = head?.number ?? 0n
      const holds = await resyncNode(this.node, this.client, { epoch, release, auditHead: audit?.hash ?? '' })
      await db().$transaction(async (tx) => {
        await replaceHolds(tx, this.node.id, holds)
        await tx.node.update({
          where: { id: this.node.id },
          data: { confirmedRelease: release, epoch, lastError: null, lastSeenAt: new Date() },
        })
        await notifyDelivered(tx, this.node)
      })
    })
  }

  private async refreshStatus(): Promise<void> {
    if (Date.now() - this.statusAt < STATUS_MILLISECONDS) return
    this.statusAt = Date.now()
    await this.attempt(async () => {
      const hasForgotten = await storeStatus(this.node.id, await this.client.status())
      if (hasForgotten) this.wake()
    })
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof AgentUnavailable || error instanceof AgentRefused)) throw error
      await db().node.update({ where: { id: this.node.id }, data: { lastError: error.words } })
      return false
    }
  }
}
