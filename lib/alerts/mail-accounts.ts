import 'server-only'
import { db } from '@/lib/db/client'
import { parseEndpoint } from '@/lib/nodes/endpoint'
import type { MailAccount } from '@/lib/deliverability/mail-client'

/** What the sealed secret of a target is bound to. */
export function alertContext(targetId: string): string {
  return `AlertTarget/${targetId}/secret`
}

/** The log-in that a mail target is given: of a mailbox, beside its own password. */
export function alertLogin(targetId: string, domain: string): string {
  return `alerts-${targetId}@${domain}`
}

/** Submission at each of our smtp nodes, the first one first: where one is down the next sends. */
export async function mailAccounts({ user, password }: { user: string; password: string }): Promise<MailAccount[]> {
  const nodes = await db().node.findMany({
    where: { removedAt: null, roles: { has: 'smtp' } },
    orderBy: { createdAt: 'asc' },
    select: { services: true },
  })
  return nodes.flatMap(({ services }) => {
    const endpoint = parseEndpoint((services as Record<string, string>).submission)
    if (!endpoint) return []
    const { host: submissionHost, port: submissionPort } = endpoint
    // Our own servers may show a certificate of their own making; other checks judge that.
    return [{ imapHost: '', imapPort: 993, submissionHost, submissionPort, user, password, mustBeCertified: false }]
  })
}
