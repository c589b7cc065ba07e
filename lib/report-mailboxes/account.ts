import 'server-only'
import { db } from '@/lib/db/client'
import { parseEndpoint } from '@/lib/nodes/endpoint'
import { MailboxTrouble } from '@/lib/report-mailboxes/problems'
import { openAsWorker } from '@/lib/secrets/seal'

/** What the worker is told on `posthouse_work` when a mailbox comes, goes or is to be tried. */
export const MAILBOX_NEWS = 'report-mailbox'

/** What the sealed password of a report mailbox is bound to. */
export function mailboxContext(id: string): string {
  return `ReportMailbox/${id}/secret`
}

/** The log-in that is made for a mailbox of ours: beside its own password, for IMAP alone. */
export function mailboxLogin(id: string, domain: string): string {
  return `reports-${id}@${domain}`
}

/** Where a report mailbox is and how to log in; with the password, so for the worker's memory alone. */
export interface ImapAccount {
  host: string
  port: number
  /** TLS from the first byte; else STARTTLS, without which nothing is said. */
  isTls: boolean
  /** Whether the certificate must be valid for the host: our own servers may show one of their own making. */
  mustBeCertified: boolean
  user: string
  password: string
}

export const mailboxSelect = {
  ...{ id: true, host: true, port: true, security: true, username: true, secretSealed: true },
  ...{ folder: true, doneFolder: true, createdAt: true, state: true },
  credential: {
    select: {
      mailbox: {
        select: {
          ...{ deletedAt: true, disabledAt: true, isImapEnabled: true },
          address: { select: { localPart: true } },
          domain: { select: { name: true, homeNode: { select: { services: true } } } },
        },
      },
    },
  },
} as const

export async function loadMailbox(id: string) {
  return db().reportMailbox.findUnique({ where: { id }, select: mailboxSelect })
}
export type MailboxRow = NonNullable<Awaited<ReturnType<typeof loadMailbox>>>

/** Whether it is one of ours: its log-in was made for it. */
export function isOwnMailbox({ id, username }: Pick<MailboxRow, 'id' | 'username'>): boolean {
  return username.startsWith(mailboxLogin(id, ''))
}

/** What people call it: its address, or the log-in and the server. */
export function mailboxName(
  row: Pick<MailboxRow, 'id' | 'username' | 'host'> & { credential: OwnAddress | null },
): string {
  if (row.credential) {
    const { address, domain } = row.credential.mailbox
    return `${address.localPart}@${domain.name}`
  }
  return row.username.includes('@') ? row.username : `${row.username}@${row.host}`
}

interface OwnAddress {
  mailbox: { address: { localPart: string }; domain: { name: string } }
}

/** How to reach it. A mailbox of ours is looked for where its domain has its home now. Throws MailboxTrouble `mailbox-off`. */
export function accountOf(row: MailboxRow): ImapAccount {
  const password = openAsWorker(row.secretSealed, mailboxContext(row.id))
  if (!isOwnMailbox(row)) {
    const { host, port, security, username: user } = row
    return { host, port, isTls: security === 'tls', mustBeCertified: true, user, password }
  }
  const mailbox = row.credential?.mailbox
  if (!mailbox || mailbox.deletedAt || mailbox.disabledAt || !mailbox.isImapEnabled)
    throw new MailboxTrouble('mailbox-off', 'the mailbox is gone, or may not be read over IMAP')
  const services = (mailbox.domain.homeNode?.services ?? {}) as Record<string, string>
  const endpoint = parseEndpoint(services.imaps)
  if (!endpoint) throw new MailboxTrouble('mailbox-off', 'no node of ours holds the mailbox')
  return { ...endpoint, isTls: true, mustBeCertified: false, user: row.username, password }
}
