import 'server-only'
import { randomUUID } from 'node:crypto'
import { db } from '@/lib/db/client'
import { dropCredential, makeCredential } from '@/lib/deliverability/credential'
import { fetchMessage, submit, type MailAccount } from '@/lib/deliverability/mail-client'
import { clientOf, headerFields, parseHops } from '@/lib/deliverability/received'
import { probeConfig, testResult, type StepName, type TestResult } from '@/lib/deliverability/schema'
import { judge } from '@/lib/deliverability/verdict'
import { verifyMessage } from '@/lib/deliverability/verify-message'
import { logger } from '@/lib/logger/logger'
import { parseEndpoint } from '@/lib/nodes/endpoint'
import { openAsWorker } from '@/lib/secrets/seal'

/** How long a message may take each way before the test calls it not delivered. */
const PATIENCE_MILLISECONDS = 60_000

/** A step that did not work: the test ends there, with these words. */
class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

const testSelect = {
  id: true,
  sender: true,
  mailboxId: true,
  grade: true,
  state: true,
  domain: { select: { name: true, homeNode: { select: { services: true } } } },
  probe: true,
} as const

async function loadTest(id: string) {
  return db().deliverabilityTest.findUniqueOrThrow({ where: { id }, select: testSelect })
}
type Test = Awaited<ReturnType<typeof loadTest>>

/**
 * Runs one test: a message from the domain's mailbox through submission to the probe, verified there, and one back. A
 * credential of its own is made for it and removed after it (MAIL rule 35). Stores each step as it goes.
 */
export async function runTest(testId: string): Promise<void> {
  const test = await loadTest(testId)
  if (test.state !== 'queued') return
  await db().deliverabilityTest.update({ where: { id: testId }, data: { state: 'running', startedAt: new Date() } })
  const run = new TestRun(test)
  let state = 'error'
  try {
    state = await run.exchange()
  } catch (error) {
    if (!(error instanceof StepFailed)) {
      logger('test').error({ err: error, testId }, 'a test broke')
      throw error
    }
    const verdict = judge(run.result)
    run.result.verdict = verdict.codes
    state = verdict.state
  } finally {
    await dropCredential(test.mailboxId, testId).finally(() => run.store({ state, finishedAt: new Date() }))
  }
}

class TestRun {
  readonly result: TestResult

  constructor(private readonly test: Test) {
    this.result = testResult.parse({ from: test.sender, to: test.probe.address })
  }

  async exchange(): Promise<string> {
    const { test, result } = this
    const own = await this.step('credential', () => this.ownAccount())
    const probe = probeAccount(test)
    const token = randomUUID()
    result.messageId = `<${token}@${test.domain.name}>`
    const sentAt = performance.now()
    await this.step('send', () => submit(own, this.message(test.sender, test.probe.address, result.messageId)))
    const message = await this.step('arrive', () => this.waitFor(probe, result.messageId))
    const milliseconds = Math.round(performance.now() - sentAt)
    const verified = await this.step('verify', () => this.verify(message))
    result.outbound = {
      milliseconds,
      hops: parseHops(message.toString('latin1')),
      receiverSays: authResults(message),
      verified,
    }
    await this.wayBack(own, probe, token)
    const verdict = judge(result)
    result.verdict = verdict.codes
    return verdict.state
  }

  private async wayBack(own: MailAccount, probe: MailAccount, token: string): Promise<void> {
    const { test, result } = this
    const messageId = `<${token}.back@${test.probe.address.slice(test.probe.address.lastIndexOf('@') + 1)}>`
    const sentAt = performance.now()
    await this.step('answer', () => submit(probe, this.message(test.probe.address, test.sender, messageId)))
    const message = await this.step('return', () => this.waitFor(own, messageId))
    const milliseconds = Math.round(performance.now() - sentAt)
    result.inbound = { milliseconds, hops: parseHops(message.toString('latin1')), weSay: authResults(message) }
  }

  /** The log-in of the test, live on the nodes that it needs. */
  private async ownAccount(): Promise<MailAccount> {
    const smtp = await db().node.findFirst({
      where: { removedAt: null, roles: { has: 'smtp' } },
      orderBy: { createdAt: 'asc' },
      select: { services: true },
    })
    const submission = endpoint(smtp?.services, 'submission')
    const imap = endpoint(this.test.domain.homeNode?.services, 'imaps')
    if (!submission || !imap) throw new Error('no mail node takes submission and holds the mailbox')
    const credential = await makeCredential(this.test.mailboxId, this.test.id)
    return {
      submissionHost: submission.host,
      submissionPort: submission.port,
      imapHost: imap.host,
      imapPort: imap.port,
      ...credential,
      mustBeCertified: false,
    }
  }

  private message(from: string, to: string, messageId: string) {
    return {
      from,
      to,
      messageId,
      subject: `Deliverability test of ${this.test.domain.name}`,
      text: `This message proves that mail from ${from} reaches ${to}.\r\nIt was sent by the administrator of ${this.test.domain.name} and may be deleted.\r\n`,
      // Nothing answers a test automatically (RFC 3834 §5).
      headers: { 'Auto-Submitted': 'auto-generated' },
    }
  }

  private async waitFor(account: MailAccount, messageId: string): Promise<Buffer> {
    const message = await fetchMessage(account, messageId, PATIENCE_MILLISECONDS)
    if (!message) throw new Error(`not in the mailbox after ${PATIENCE_MILLISECONDS / 1000} s`)
    return message
  }

  private async verify(message: Buffer) {
    const nodes = await db().node.findMany({
      where: { removedAt: null, roles: { has: 'smtp' } },
      select: { publicAddresses: true },
    })
    const ours = nodes.flatMap((node) => node.publicAddresses)
    const client = clientOf(message.toString('latin1'), ours)
    if (!client) throw new Error(`no Received line names one of our addresses (${ours.join(', ')})`)
    const mta = this.test.probe.address.slice(this.test.probe.address.lastIndexOf('@') + 1)
    return verifyMessage(message, { ...client, sender: this.test.sender, mta })
  }

  /** Runs one step, with its time and a server's words where it fails. */
  private async step<T>(name: StepName, work: () => Promise<T>): Promise<T> {
    const step: TestResult['steps'][number] = { name, state: 'running', milliseconds: 0, words: '' }
    this.result.steps.push(step)
    await this.store({})
    const startedAt = performance.now()
    try {
      const value = await work()
      Object.assign(step, { state: 'ok', words: typeof value === 'string' ? value.slice(0, 500) : '' })
      return value
    } catch (cause) {
      Object.assign(step, { state: 'failed', words: wordsOf(cause) })
      throw new StepFailed(name, { cause })
    } finally {
      step.milliseconds = Math.round(performance.now() - startedAt)
      await this.store({})
    }
  }

  async store(more: { state?: string; finishedAt?: Date }): Promise<void> {
    const data = { result: this.result, ...more }
    await db().deliverabilityTest.update({ where: { id: this.test.id }, data })
  }
}

function wordsOf(cause: unknown): string {
  const response = (cause as { response?: unknown; responseText?: unknown } | null) ?? {}
  const words = [response.response, response.responseText].find((text) => typeof text === 'string')
  return (typeof words === 'string' ? words : cause instanceof Error ? cause.message : String(cause)).slice(0, 1000)
}

/** What receivers wrote of a message: Authentication-Results and Received-SPF, as text. */
function authResults(message: Buffer): string[] {
  return headerFields(message.toString('latin1'))
    .filter(([name]) => name === 'authentication-results' || name === 'received-spf')
    .map(([name, value]) =>
      `${name === 'received-spf' ? 'Received-SPF' : 'Authentication-Results'}: ${value}`.slice(0, 2000),
    )
}

function endpoint(services: unknown, name: string) {
  return parseEndpoint((services as Record<string, string> | undefined)?.[name])
}

function probeAccount(test: Test): MailAccount {
  const config = probeConfig.parse(test.probe.config)
  const password = openAsWorker(test.probe.credentialSealed, `Probe/${test.probe.id}/password`)
  return { ...config, password, mustBeCertified: test.probe.grade === 'outside' && !test.probe.isStandIn }
}
