import 'server-only'
import { hashMailboxPassword, randomText } from '@/lib/mailboxes/password'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { changeMail } from '@/lib/releases/change-mail'
import { waitForRelease } from '@/lib/releases/wait'

const LIFETIME_MILLISECONDS = 15 * 60_000
const actor = systemActor('deliverability test')

const loginOf = (testId: string, domain: string) => `test-${testId}@${domain}`

async function mailboxOf(mailboxId: string) {
  return db().mailbox.findUniqueOrThrow({
    where: { id: mailboxId },
    select: { address: { select: { localPart: true } }, domain: { select: { name: true } } },
  })
}

/**
 * Makes a log-in for one test (submission and IMAP only) and waits until the nodes have it. Throws with the nodes' words
 * where they do not take it.
 */
export async function makeCredential(mailboxId: string, testId: string): Promise<{ user: string; password: string }> {
  const { address, domain } = await mailboxOf(mailboxId)
  const [user, password] = [loginOf(testId, domain.name), randomText(32)]
  const hash = await hashMailboxPassword(password)
  const options = { domains: [domain.name], action: 'credential:create', subject: user }
  const { release } = await changeMail(actor, 'test:run', options, async (change) => {
    const expiresAt = new Date(change.now.getTime() + LIFETIME_MILLISECONDS)
    const data = { mailboxId, login: user, label: 'test', hash, services: ['smtp', 'imap'], expiresAt }
    await change.tx.credential.create({ data })
    change.touchAddress(domain.name, address.localPart)
  })
  if (release !== null) {
    const delivery = await waitForRelease(release, 15_000)
    const missing = delivery.nodes.filter((node) => node.state !== 'live')
    if (missing.length > 0)
      throw new Error(missing.map((node) => `${node.name}: ${node.words || node.state}`).join('; '))
  }
  return { user, password }
}

/** Takes the log-in of a test away again; nothing happens where it is gone. */
export async function dropCredential(mailboxId: string, testId: string): Promise<void> {
  const { address, domain } = await mailboxOf(mailboxId)
  const login = loginOf(testId, domain.name)
  const options = { domains: [domain.name], action: 'credential:remove', subject: login }
  await changeMail(actor, 'test:run', options, async (change) => {
    const { count } = await change.tx.credential.deleteMany({ where: { login } })
    if (count === 0) return
    change.touchLogin(domain.name, login)
    change.touchAddress(domain.name, address.localPart)
  })
}
