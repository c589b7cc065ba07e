import { isIP } from 'node:net'
import { LineSocket, WireError } from '@/lib/checks/line-socket'
import type { NewestTls, SeenTls, SmtpDialogue } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'

export interface SmtpQuestion {
  /** What the certificate must be for. */
  serverName: string
  /** Commands after STARTTLS. */
  ask: readonly string[]
  newestTls?: NewestTls | undefined
}

interface Reply {
  code: number
  lines: string[]
}

/** One reply of one or several lines (RFC 5321 §4.2). */
async function readReply(socket: LineSocket): Promise<Reply> {
  const lines: string[] = []
  for (;;) {
    const line = await socket.line()
    const match = /^(\d{3})([ -]?)(.*)$/.exec(line)
    if (!match) throw new WireError('nonsense', line.slice(0, 200))
    lines.push(match[3] ?? '')
    if (match[2] !== '-') return { code: Number(match[1]), lines }
  }
}

async function say(socket: LineSocket, command: string): Promise<Reply> {
  socket.send(command)
  return readReply(socket)
}

const firstLine = ({ code, lines }: Reply) => `${code} ${lines[0] ?? ''}`.trim().slice(0, 500)

/** No message is ever sent, whoever writes the commands. */
function refuseMessages(commands: readonly string[]): void {
  const wrong = commands.find((command) => /^\s*(?:DATA|BDAT|AUTH|EHLO|STARTTLS|QUIT)\b|[\r\n]/i.test(command))
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} is no question for a server`)
}

/** A name for a client that has none: its address (RFC 5321 §4.1.3). */
function addressLiteral(address: string): string {
  return isIP(address) === 6 ? `[IPv6:${address}]` : `[${address}]`
}

/** EHLO, or HELO where that is not known; gives the keywords. */
async function greet(socket: LineSocket): Promise<string[]> {
  const name = addressLiteral(socket.localAddress)
  const reply = await say(socket, `EHLO ${name}`)
  if (reply.code === 250) return reply.lines.slice(1).map((line) => line.trim().toUpperCase())
  await say(socket, `HELO ${name}`)
  return []
}

async function converse(socket: LineSocket, { serverName, ask, newestTls }: SmtpQuestion, began: number) {
  const greeting = await readReply(socket)
  const milliseconds = Math.round(performance.now() - began)
  const banner = firstLine(greeting)
  const replies: Record<string, string> = {}
  if (greeting.code !== 220)
    return { status: 'answered' as const, banner, extensions: [], tls: null, replies, milliseconds }
  const extensions = await greet(socket)
  const tls: SeenTls | null = extensions.includes('STARTTLS') ? await upgrade(socket, serverName, newestTls) : null
  if (tls?.status !== 'failed') {
    if (tls && ask.length > 0) await greet(socket)
    for (const command of ask) replies[command] = firstLine(await say(socket, command))
    await socket.leave('QUIT')
  }
  return { status: 'answered' as const, banner, extensions, tls, replies, milliseconds }
}

async function upgrade(socket: LineSocket, serverName: string, newest: NewestTls | undefined): Promise<SeenTls> {
  const reply = await say(socket, 'STARTTLS')
  if (reply.code !== 220) return { status: 'failed', words: firstLine(reply) }
  return socket.startTls(serverName, newest)
}

/**
 * Speaks with an SMTP server as far as {@link SmtpQuestion} says and leaves with QUIT; never sends a message. Never rejects
 * for what the server does. Throws an Error where the commands are none that may be asked.
 */
export async function askSmtp(server: DnsServer, question: SmtpQuestion, timeoutMs: number): Promise<SmtpDialogue> {
  refuseMessages(question.ask)
  const began = performance.now()
  let socket: LineSocket | null = null
  try {
    socket = await LineSocket.open(server, timeoutMs)
    return await converse(socket, question, began)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { status: error.reason, words: error.message }
  } finally {
    socket?.close()
  }
}
