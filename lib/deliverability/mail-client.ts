import 'server-only'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'

/** Where a mailbox is read and sent from. */
export interface MailAccount {
  imapHost: string
  imapPort: number
  submissionHost: string
  submissionPort: number
  user: string
  password: string
  /**
   * Whether the server must show a certificate that is valid for its name. For a mailbox that is truly elsewhere: its
   * password travels through the Internet. A test of our own servers goes on over a self-signed one; other checks judge it.
   */
  mustBeCertified: boolean
}

export interface OutgoingMessage {
  from: string
  to: string
  subject: string
  text: string
  messageId: string
  headers: Record<string, string>
}

/** Hands a message to submission (RFC 6409): implicit TLS on 465 and 2465, else STARTTLS, required (RFC 8314 §3.3). Gives the server's answer; throws with the server's words. */
export async function submit(account: MailAccount, message: OutgoingMessage): Promise<string> {
  const transport = createTransport({
    host: account.submissionHost,
    port: account.submissionPort,
    secure: account.submissionPort % 1000 === 465,
    requireTLS: true,
    tls: { rejectUnauthorized: account.mustBeCertified },
    auth: { user: account.user, pass: account.password },
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { response } = await transport.sendMail({ ...message, envelope: { from: message.from, to: [message.to] } })
    return response
  } finally {
    transport.close()
  }
}

/**
 * Waits for the message with this id in the INBOX (implicit TLS on 993 and 2993, else STARTTLS), takes it away and gives
 * its bytes. Null where it has not come within `patience` milliseconds.
 */
export async function fetchMessage(account: MailAccount, messageId: string, patience: number): Promise<Buffer | null> {
  const client = new ImapFlow({
    host: account.imapHost,
    port: account.imapPort,
    secure: account.imapPort % 1000 === 993,
    // Without this a server that offers no STARTTLS would be given the password in the clear.
    ...(account.imapPort % 1000 === 993 ? {} : { doSTARTTLS: true }),
    tls: { rejectUnauthorized: account.mustBeCertified },
    auth: { user: account.user, pass: account.password },
    logger: false,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
  })
  const until = Date.now() + patience
  await client.connect()
  try {
    const lock = await client.getMailboxLock('INBOX')
    try {
      for (;;) {
        const found = await client.search({ header: { 'message-id': messageId } }, { uid: true })
        const uid = found ? found[0] : undefined
        if (uid !== undefined) return await take(client, uid)
        if (Date.now() >= until) return null
        await new Promise((resolve) => setTimeout(resolve, 200))
        await client.noop()
      }
    } finally {
      lock.release()
    }
  } finally {
    await client.logout()
  }
}

async function take(client: ImapFlow, uid: number): Promise<Buffer> {
  const message = await client.fetchOne(String(uid), { source: true }, { uid: true })
  if (message === false || !message.source) throw new Error('the server listed a message that it does not give')
  await client.messageDelete([uid], { uid: true })
  return message.source
}
