import 'server-only'
import { Agent, request, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import type { z } from 'zod'
import {
  deliverAnswer,
  errorAnswer,
  hashesAnswer,
  PROTOCOL,
  statusAnswer,
  type DeliverAnswer,
  type DeliverRequest,
  type HashesAnswer,
  type StatusAnswer,
} from '@/lib/agent-protocol/messages'

/** The node cannot be reached, is not who it was, or talks nonsense: nothing is known of what it did. `words` are for the administrator. */
export class AgentUnavailable extends Error {
  override readonly name = 'AgentUnavailable'
  constructor(
    readonly words: string,
    cause?: unknown,
  ) {
    super(words, { cause })
  }
}

/** The agent refused a request as a whole. */
export class AgentRefused extends Error {
  override readonly name = 'AgentRefused'
  constructor(readonly words: string) {
    super(words)
  }
}

/** Postfix writes a line in 0.2 to 2 ms; a busy disk may take longer. */
const MILLISECONDS_PER_LINE = 5
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Verifies the pinned certificate before a byte of ours is sent: the token never reaches another server. */
class PinnedAgent extends Agent {
  constructor(private readonly fingerprint: string) {
    super({ keepAlive: true, maxSockets: 2 })
  }

  override createConnection(options: RequestOptions, done?: (error: Error | null, socket: Duplex) => void): undefined {
    if (!done) throw new Error('this agent connects asynchronously')
    const host = options.host ?? 'localhost'
    const socket = connect({ host, port: Number(options.port), rejectUnauthorized: false, minVersion: 'TLSv1.2' })
    const fail = (error: Error) => {
      done(error, socket)
    }
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      socket.removeListener('error', fail)
      const found = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()
      if (found !== this.fingerprint) {
        socket.destroy()
        done(new Error(`the certificate is not the one that was paired (SHA-256 ${found})`), socket)
      } else done(null, socket)
    })
    return undefined
  }
}

/** A connection to one node's agent. Calls throw AgentUnavailable or AgentRefused. */
export class AgentClient {
  private readonly agent: PinnedAgent

  constructor(
    private readonly node: { agentUrl: string; agentFingerprint: string },
    private readonly token: string,
    private readonly timeouts = { status: 5_000, hashes: 60_000, deliver: 15_000 },
  ) {
    this.agent = new PinnedAgent(node.agentFingerprint)
  }

  status(): Promise<StatusAnswer> {
    return this.call('GET', '/v1/status', null, statusAnswer, this.timeouts.status)
  }

  hashes(): Promise<HashesAnswer> {
    return this.call('GET', '/v1/hashes', null, hashesAnswer, this.timeouts.hashes)
  }

  deliver(body: Omit<DeliverRequest, 'protocol'>): Promise<DeliverAnswer> {
    const lines = body.changes.reduce((sum, change) => sum + change.puts.length + change.deletes.length, 0)
    const timeout = this.timeouts.deliver + lines * MILLISECONDS_PER_LINE
    return this.call('POST', '/v1/deliver', { protocol: PROTOCOL, ...body }, deliverAnswer, timeout)
  }

  close(): void {
    this.agent.destroy()
  }

  private async call<T>(
    method: string,
    path: string,
    body: object | null,
    schema: z.ZodType<T>,
    timeout: number,
  ): Promise<T> {
    const { status, text } = await this.exchange(method, path, body, timeout)
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      throw new AgentUnavailable(`the agent answered ${status} with something that is not JSON`, cause)
    }
    if (status !== 200) {
      const refusal = errorAnswer.safeParse(json)
      if (refusal.success) throw new AgentRefused(refusal.data.words)
      throw new AgentUnavailable(`the agent answered ${status}`)
    }
    const answer = schema.safeParse(json)
    if (!answer.success)
      throw new AgentUnavailable('the agent answered in a form this version does not know', answer.error)
    return answer.data
  }

  private exchange(
    method: string,
    path: string,
    body: object | null,
    timeout: number,
  ): Promise<{ status: number; text: string }> {
    const payload = body === null ? null : Buffer.from(JSON.stringify(body))
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        reject(new AgentUnavailable(`the agent at ${this.node.agentUrl} does not answer: ${cause.message}`, cause))
      }
      const call = request(
        new URL(path, this.node.agentUrl),
        {
          method,
          agent: this.agent,
          signal: AbortSignal.timeout(timeout),
          headers: {
            authorization: `Bearer ${this.token}`,
            'x-posthouse-protocol': String(PROTOCOL),
            ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > MAX_ANSWER_BYTES) call.destroy(new Error('the answer is too long'))
            else chunks.push(chunk)
          })
          response.on('error', fail)
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })
          })
        },
      )
      call.on('error', fail)
      call.end(payload ?? undefined)
    })
  }
}
