import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

export interface SmtpReply {
  code: number
  text: string
}

/** What the living server says about a recipient; `unclear` where it was never asked, with what stood in the way. */
export type RecipientProbe = { state: 'answered'; reply: SmtpReply } | { state: 'unclear'; words: string }

/**
 * One SMTP dialogue up to RCPT with the null sender (RFC 5321 §4.5.5), without a message. Never throws: a server that
 * cannot be asked is `unclear`.
 */
export async function probeRecipient(
  server: { host: string; port: number },
  greeting: string,
  recipient: string,
  timeoutMs = 3_000,
): Promise<RecipientProbe> {
  const socket = connect(server)
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)))
  const failure = new Promise<never>((_, reject) => socket.once('error', reject))
  failure.catch(() => undefined) // It is waited for below, in whichever step it strikes.
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()

  const reply = async (): Promise<SmtpReply> => {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), failure])
      if (done) throw new Error('the connection was closed')
      if (/^\d{3}( |$)/.test(value)) return { code: Number(value.slice(0, 3)), text: value }
    }
  }
  try {
    for (const command of [null, `EHLO ${greeting}`, 'MAIL FROM:<>']) {
      if (command !== null) socket.write(`${command}\r\n`)
      const { code, text } = await reply()
      if (code >= 400) return { state: 'unclear', words: `${command ?? 'greeting'}: ${text}` }
    }
    socket.write(`RCPT TO:<${recipient}>\r\n`)
    const answer = await reply()
    socket.write('QUIT\r\n')
    return { state: 'answered', reply: answer }
  } catch (error) {
    return { state: 'unclear', words: error instanceof Error ? error.message : String(error) }
  } finally {
    socket.end()
    socket.destroySoon()
  }
}

/** How long an smtpd that keeps an old answer may live on after a reload. */
const SETTLE_TRIES = 4
const SETTLE_PAUSE_MS = 250

/** What a probe says of our lines: only `refused` speaks against them. */
export interface RecipientVerdict {
  state: 'taken' | 'unclear' | 'refused'
  words: string
}

/**
 * Whether the living server takes mail for an address just after a reload. Only a refusal of recipient or relay counts
 * (RFC 3463 §3.2, §3.8: X.1 and X.7), and only when it is repeated for a second; a 4xx or a full mailbox is `unclear`.
 */
export async function judgeRecipient(
  server: { host: string; port: number },
  greeting: string,
  recipient: string,
): Promise<RecipientVerdict> {
  for (let tries = 1; ; tries += 1) {
    const probe = await probeRecipient(server, greeting, recipient)
    if (probe.state === 'unclear') return { state: 'unclear', words: `not asked: ${probe.words}` }
    if (probe.reply.code < 300) return { state: 'taken', words: '' }
    const words = `RCPT ${recipient}: ${probe.reply.text}`
    if (!/^55[0134][ -]5\.[17]\./.test(probe.reply.text)) return { state: 'unclear', words }
    if (tries === SETTLE_TRIES) return { state: 'refused', words }
    await setTimeout(SETTLE_PAUSE_MS)
  }
}
