import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  deliverRequest,
  PROTOCOL,
  PROTOCOL_HEADER,
  type ErrorAnswer,
  type HashesAnswer,
} from '@/lib/agent-protocol/messages'
import type { Agent } from './agent'
import { deliver, StepBack } from './deliver'
import type { Identity } from './identity'
import { boundWords } from './refusal'
import { Busy, createSerial } from './serial'
import { createStatus } from './status'

/** The full state of a million lines is about a third of it. */
const MOST_BODY_BYTES = 256 * 1024 * 1024
const BODY_TIMEOUT_MS = 120_000
const HEADERS_TIMEOUT_MS = 10_000
const MOST_CONNECTIONS = 64
const MOST_WAITING = 8

const STATUS_OF = {
  malformed: 400,
  token: 401,
  verb: 404,
  stepBack: 409,
  tooLong: 413,
  protocol: 426,
  fault: 500,
  busy: 503,
} as const

class Refused extends Error {
  constructor(
    readonly code: ErrorAnswer['error'],
    words: string,
  ) {
    super(words)
  }
}

/** The agent's verbs over HTTPS: a closed list, each behind the token, each with the protocol's version. Not listening yet. */
export function createAgentServer(agent: Agent, identity: Identity): Server {
  const status = createStatus(agent)
  const oneAtATime = createSerial(MOST_WAITING)

  const verbs: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
    'GET /v1/status': (request) => {
      requireProtocol(request.headers[PROTOCOL_HEADER])
      return status()
    },
    'GET /v1/hashes': (request): Promise<HashesAnswer> => {
      requireProtocol(request.headers[PROTOCOL_HEADER])
      const { epoch, release } = agent.store.position()
      return Promise.resolve({ epoch, release, hashes: agent.store.hashes() })
    },
    'POST /v1/deliver': async (request) => {
      const body: unknown = parseJson(await readBody(request))
      requireProtocol(typeof body === 'object' && body !== null && 'protocol' in body ? body.protocol : undefined)
      const parsed = deliverRequest.safeParse(body)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        throw new Refused('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a delivery'}`)
      }
      return oneAtATime(() => deliver(agent, parsed.data))
    },
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    if (!identity.isAuthorized(request.headers.authorization))
      throw new Refused('token', 'the token is missing or wrong')
    const verb = verbs[`${request.method} ${request.url}`]
    if (!verb) throw new Refused('verb', 'no such verb')
    return verb(request)
  }

  const server = createServer(
    {
      cert: identity.certificate,
      key: identity.privateKey,
      minVersion: 'TLSv1.2',
      requestTimeout: BODY_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: 8 * 1024,
    },
    (request, response) => {
      answer(request).then(
        (body) => send(response, 200, body),
        (error: unknown) => {
          const refused = toRefused(agent, error)
          // What was not read of the body is not waited for: a stranger must not keep the connection busy.
          if (!request.complete) response.setHeader('connection', 'close')
          send(response, STATUS_OF[refused.code], {
            error: refused.code,
            words: boundWords(refused.message),
          } satisfies ErrorAnswer)
        },
      )
    },
  )
  server.maxConnections = MOST_CONNECTIONS
  server.keepAliveTimeout = 60_000
  return server
}

function toRefused({ log }: Agent, error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof StepBack) return new Refused('stepBack', error.message)
  if (error instanceof Busy) return new Refused('busy', error.message)
  log('error', 'request.failed', { words: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  return new Refused('fault', error instanceof Error ? error.message : String(error))
}

function requireProtocol(version: unknown): void {
  if (String(version) === String(PROTOCOL)) return
  throw new Refused(
    'protocol',
    `this agent speaks protocol ${PROTOCOL}, the request says ${boundWords(String(version)).slice(0, 20)}`,
  )
}

function send(response: ServerResponse, code: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const tooLong = () => new Refused('tooLong', `a request may have ${MOST_BODY_BYTES} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES) throw tooLong()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BODY_BYTES) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused('malformed', 'the body is not JSON')
  }
}
