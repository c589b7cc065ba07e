import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readTls } from '@/lib/checks/certificate'
import type { NewestTls, SeenTls } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'

const MOST_OCTETS = 64 * 1024

/** A conversation that came to nothing; `message` is a few words of the network's or of ours. */
export class WireError extends Error {
  override readonly name = 'WireError'
  constructor(
    readonly reason: 'unreachable' | 'timeout' | 'nonsense',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

function wireError(error: Error): WireError {
  if (error instanceof WireError) return error
  return new WireError('unreachable', 'code' in error ? String(error.code) : error.message, { cause: error })
}

/**
 * A connection that is spoken in lines (SMTP, ManageSieve). It ends itself when `timeoutMs` have passed since it was
 * opened, or when a server sends more than 64 KiB. Everything that waits rejects with {@link WireError} then.
 */
export class LineSocket {
  private text = ''
  private octets = 0
  private isOpen = false
  private failure: WireError | null = null
  private wake: (() => void) | null = null
  private readonly timer: NodeJS.Timeout

  private constructor(
    private socket: Socket,
    timeoutMs: number,
  ) {
    this.timer = setTimeout(() => {
      this.fail(new WireError('timeout', `no answer in ${timeoutMs / 1000} s`))
    }, timeoutMs)
    this.listen(socket)
  }

  /** Connects. Rejects with {@link WireError}. */
  static async open(server: DnsServer, timeoutMs: number): Promise<LineSocket> {
    const socket = connect({ host: server.address, port: server.port })
    const line = new LineSocket(socket, timeoutMs)
    await line.until(() => line.isOpen)
    return line
  }

  /** The address that the connection comes from. */
  get localAddress(): string {
    return this.socket.localAddress ?? '127.0.0.1'
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    await this.until(() => this.text.includes('\n'))
    const at = this.text.indexOf('\n')
    const line = this.text.slice(0, at).replace(/\r$/, '')
    this.text = this.text.slice(at + 1)
    return line
  }

  send(line: string): void {
    this.socket.write(`${line}\r\n`, 'latin1')
  }

  /**
   * TLS from here on (RFC 3207 §4.2: what came before is forgotten). Any certificate and any version is taken, for these
   * are to be seen; `newest` bounds the version. Never rejects: `failed` ends the connection.
   */
  async startTls(serverName: string, newest?: NewestTls): Promise<SeenTls> {
    const plain = this.socket
    plain.removeAllListeners()
    this.text = ''
    const secure = connectTls({
      ...{ socket: plain, servername: serverName, rejectUnauthorized: false, minVersion: 'TLSv1' },
      ...{ ciphers: 'DEFAULT@SECLEVEL=0', ...(newest && { maxVersion: newest }) },
    })
    let isDone = false
    secure.once('secureConnect', () => {
      isDone = true
      this.wake?.()
    })
    this.socket = secure
    this.listen(secure)
    try {
      await this.until(() => isDone)
      return readTls(secure)
    } catch (error) {
      const { reason, message } = wireError(error as Error)
      this.close()
      return { status: 'failed', words: message, ...(reason === 'timeout' && { isTimeout: true }) }
    }
  }

  /** Says a last line, for whose answer nobody waits. */
  async leave(line: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.once('close', resolve)
      this.socket.end(`${line}\r\n`, 'latin1', resolve)
    })
  }

  close(): void {
    clearTimeout(this.timer)
    this.socket.destroy()
  }

  private listen(socket: Socket): void {
    socket.on('connect', () => {
      this.isOpen = true
      this.wake?.()
    })
    socket.on('data', (chunk: Buffer) => {
      this.octets += chunk.length
      this.text += chunk.toString('latin1')
      if (this.octets > MOST_OCTETS) this.fail(new WireError('nonsense', 'more than 64 KiB'))
      this.wake?.()
    })
    socket.on('error', (error) => {
      this.fail(wireError(error))
    })
    socket.on('close', () => {
      this.fail(new WireError('unreachable', 'the connection was closed'))
    })
  }

  private fail(error: WireError): void {
    this.failure ??= error
    this.close()
    this.wake?.()
  }

  private async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.failure) throw this.failure
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}
