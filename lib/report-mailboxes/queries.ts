import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { isOwnMailbox, mailboxName } from '@/lib/report-mailboxes/account'
import { MAILBOX_PROBLEMS, type MailboxProblem } from '@/lib/report-mailboxes/problems'

const STATES = ['new', 'connected', 'failed'] as const

/** The mailboxes that are watched for reports, with what became of that: never with the password. */
export async function listReportMailboxes(actor: Actor) {
  requirePermission(actor, 'setting:read')
  const rows = await db().reportMailbox.findMany({
    orderBy: { createdAt: 'asc' },
    select: {
      ...{ id: true, host: true, port: true, security: true, username: true, folder: true, doneFolder: true },
      ...{ state: true, stateAt: true, problemCode: true, problem: true },
      ...{ lastMailAt: true, mailCount: true, heldCount: true },
      credential: {
        select: {
          mailbox: { select: { address: { select: { localPart: true } }, domain: { select: { name: true } } } },
        },
      },
    },
  })
  return rows.map(({ credential, username, problemCode, state, ...row }) => ({
    ...row,
    name: mailboxName({ ...row, username, credential }),
    isOwn: isOwnMailbox({ id: row.id, username }),
    state: STATES.find((known) => known === state) ?? 'new',
    problemCode: problemCode === null ? null : codeOf(problemCode),
  }))
}

const codeOf = (text: string): MailboxProblem => MAILBOX_PROBLEMS.find((known) => known === text) ?? 'other'

/** Addresses of ours that may be watched: for the form. */
export async function listOwnImapMailboxes(actor: Actor): Promise<string[]> {
  requirePermission(actor, 'setting:write')
  const rows = await db().mailbox.findMany({
    where: { deletedAt: null, disabledAt: null, isImapEnabled: true, domain: { deletedAt: null, kind: 'hosted' } },
    orderBy: [{ domain: { name: 'asc' } }, { address: { localPart: 'asc' } }],
    take: 200,
    select: { address: { select: { localPart: true } }, domain: { select: { name: true } } },
  })
  return rows.map(({ address, domain }) => `${address.localPart}@${domain.name}`)
}
