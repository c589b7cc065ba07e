import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { DnsServer } from '@/lib/dns/answer'

/** A failed exchange: no answer in time, or the network refused. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  constructor(
    readonly reason: 'timeout' | 'unreachable',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

function unreachable(cause: Error): ExchangeError {
  return new ExchangeError('unreachable', 'code' in cause ? String(cause.code) : cause.message, { cause })
}

/**
 * Sends one datagram from a port of its own and resolves to the first answer that `accepts` takes; what it does not take
 * (wrong id, other question) is waited past, as a forger would send. Rejects with {@link ExchangeError}.
 */
export function exchangeUdp(
  server: DnsServer,
  query: Buffer,
  timeoutMs: number,
  accepts: (answer: Buffer) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // A late error of a socket that is done with belongs to nobody.
      socket.on('error', () => undefined)
      socket.close()
      finish()
    }
    const timer = setTimeout(() => {
      settle(() => {
        reject(new ExchangeError('timeout', `no answer in ${timeoutMs} ms`))
      })
    }, timeoutMs)
    socket.on('error', (error) => {
      settle(() => {
        reject(unreachable(error))
      })
    })
    socket.on('message', (answer) => {
      if (accepts(answer))
        settle(() => {
          resolve(answer)
        })
    })
    // A connected socket takes datagrams of that server alone and hears of refused ports.
    socket.on('connect', () => {
      socket.send(query)
    })
    socket.connect(server.port, server.address)
  })
}

/** One question and answer over TCP (RFC 7766: two octets of length before each message). Rejects with {@link ExchangeError}. */
export function exchangeTcp(server: DnsServer, query: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port })
    let received = Buffer.alloc(0)
    const timer = setTimeout(() => {
      socket.destroy(new ExchangeError('timeout', `no answer over TCP in ${timeoutMs} ms`))
    }, timeoutMs)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    socket.on('connect', () => {
      socket.write(Buffer.concat([length, query]))
    })
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)))
      socket.destroy()
    })
    socket.on('error', (error) => {
      reject(error instanceof ExchangeError ? error : unreachable(error))
    })
    socket.on('close', () => {
      clearTimeout(timer)
      // Without effect where an answer or an error came first.
      reject(new ExchangeError('unreachable', 'connection closed before the answer was whole'))
    })
  })
}
