import { connect } from 'node:net'
import { createInterface } from 'node:readline'

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
