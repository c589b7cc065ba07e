import 'server-only'
import { ImapFlow } from 'imapflow'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import type { ImapAccount } from '@/lib/report-mailboxes/account'
import { MailboxTrouble } from '@/lib/report-mailboxes/problems'

const MEBIBYTE = 2 ** 20
/** A server may drop who says nothing for half an hour (RFC 2177); what stands between forgets connections sooner. */
const IDLE_MILLISECONDS = 4 * 60_000

/** A connection that is not yet made. Nothing is said before TLS, and whatever the server sends is bounded. */
export function imapClient({ host, port, isTls, mustBeCertified, user, password }: ImapAccount): ImapFlow {
  const maxLiteralSize = REPORT_LIMITS.packedBytes + MEBIBYTE
  return new ImapFlow({
    ...{ host, port, secure: isTls, auth: { user, pass: password } },
    ...(isTls ? {} : { doSTARTTLS: true }),
    tls: { rejectUnauthorized: mustBeCertified, minVersion: 'TLSv1.2' },
    ...{ connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 5 * 60_000 },
    ...{ maxIdleTime: IDLE_MILLISECONDS, autoIdleDelay: 250 },
    ...{ maxLiteralSize, maxResponseSize: maxLiteralSize + MEBIBYTE, maxLineLength: 8 * MEBIBYTE },
    clientInfo: { name: 'Posthouse' },
    logger: false,
  })
}

/** Opens the folder that is read, with the other one beside it, made where it is missing. Throws with what is wrong. */
export async function openFolders(
  client: ImapFlow,
  { folder, doneFolder }: { folder: string; doneFolder: string },
): Promise<void> {
  const folders = await client.list()
  const prefix = client.namespace?.prefix ?? ''
  if (!folders.some(({ path }) => path === doneFolder || path === `${prefix}${doneFolder}`)) {
    try {
      await client.mailboxCreate(doneFolder)
    } catch (cause) {
      throw new MailboxTrouble('done-folder', wordsOf(cause), { cause })
    }
  }
  const mailbox = await client.mailboxOpen(folder)
  if (mailbox.readOnly) throw new MailboxTrouble('done-folder', `${folder} may not be changed`)
}

function wordsOf(cause: unknown): string {
  const { responseText } = cause as { responseText?: unknown }
  return typeof responseText === 'string' ? responseText : String(cause)
}
