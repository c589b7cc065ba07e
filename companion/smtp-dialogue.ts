import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** For tests: an SMTP client that says exactly what it is told to (RFC 5321), also what a decent client never would. */
export class SmtpDialogue {
  private buffer = ''
  private waiting: (() => void) | null = null
  private failure: Error | null = null

  private constructor(private socket: Socket) {
    this.listen()
  }

  /** Connects from `from` (an address of loopback) and reads the greeting. */
  static async open(host: string, port: number, from = '127.66.6.6'): Promise<SmtpDialogue> {
    const dialogue = new SmtpDialogue(connectTcp({ host, port, localAddress: from }))
    await dialogue.reply()
    return dialogue
  }

  /** Sends one line and returns the whole reply; its first three characters are the code. */
  async say(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`)
    return this.reply()
  }

  /** Sends bytes as they are, without waiting for an answer. */
  write(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** The next reply, of one or several lines. */
  async reply(): Promise<string> {
    const until = Date.now() + 20_000
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(this.buffer)
      if (match) {
        this.buffer = this.buffer.slice(match[0].length)
        return match[0].replaceAll('\r', '').trimEnd()
      }
      if (this.failure) throw this.failure
      if (Date.now() > until) throw new Error(`no reply within 20 s, only ${JSON.stringify(this.buffer)}`)
      await new Promise<void>((resolve) => {
        this.waiting = resolve
        setTimeout(resolve, 1_000)
      })
    }
  }

  async startTls(): Promise<void> {
    const answer = await this.say('STARTTLS')
    if (!answer.startsWith('220')) throw new Error(answer)
    const plain = this.socket
    plain.removeAllListeners()
    this.socket = await new Promise<Socket>((resolve, reject) => {
      // The companion's certificates are self-signed; who they are is not what is tested here.
      const socket = connectTls({ socket: plain, rejectUnauthorized: false }, () => resolve(socket))
      socket.once('error', reject)
    })
    this.listen()
    await this.say('EHLO client.test')
  }

  login(user: string, password: string): Promise<string> {
    return this.say(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`)
  }

  /** MAIL, RCPT, DATA and the message (LF line ends are sent as CRLF); returns the reply that decided. */
  async send(from: string, to: string, message: string): Promise<string> {
    for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
      const answer = await this.say(line)
      if (!/^[23]/.test(answer)) return answer
    }
    this.write(message.replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..'))
    return this.say('\r\n.')
  }

  close(): void {
    this.socket.destroy()
  }

  private listen(): void {
    const wake = () => {
      this.waiting?.()
      this.waiting = null
    }
    this.socket.on('data', (chunk: Buffer) => {
      this.buffer += chunk.toString('latin1')
      wake()
    })
    const fail = (error: Error) => {
      this.failure = error
      wake()
    }
    this.socket.on('error', fail)
    this.socket.on('close', () => fail(new Error('the server closed the connection')))
  }
}
