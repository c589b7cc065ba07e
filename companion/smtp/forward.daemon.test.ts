import { createHmac } from 'node:crypto'
import { readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountIds } from '@/companion/accounts'
import { runCommand } from '@/companion/command'
import { PORTS } from '@/companion/native/addresses'
import { prepareNode } from '@/companion/node'
import { accepts } from '@/companion/probe-socket'
import { SmtpDialogue } from '@/companion/smtp-dialogue'
import { putMapEntries } from '@/companion/stores'
import {
  addDkimKey,
  addDomain,
  addMailbox,
  delivered,
  logged,
  publish,
  startStack,
  type TestStack,
} from '@/companion/testing'
import { mailauthResolver, verifyMessage } from '@/lib/deliverability/verify-message'
import { env } from '@/lib/env'

const HOST = 'mx1.posthouse.test'
const STRANGER = 'probe@elsewhere.test'

let stack: TestStack
let mx1: string
let password: string

beforeAll(async () => {
  stack = await startStack()
  env().POSTHOUSE_RESOLVERS = stack.report.lab.resolver
  mx1 = stack.nodes.mx1.config.smtpBindAddress
  const { paths } = stack.nodes.mx1
  await putMapEntries(paths, 'domains', { [HOST]: 'host' })
  await addDomain(stack, 'a.test')
  password = await addMailbox(stack, 'alice@a.test')
  await addDkimKey(stack, 'a.test', 's1')
  await publish(stack, 'a.test.', 'MX', `10 ${HOST}.`)
  await publish(stack, 'a.test.', 'TXT', `"v=spf1 ip4:${mx1} -all"`)
  await putMapEntries(paths, 'aliases', {
    'both@a.test': 'alice@a.test,anybody@probe.test',
    'away@a.test': 'anybody@probe.test',
    'lost@a.test': 'anybody@nowhere.example',
    'round@a.test': 'anybody@elsewhere.test',
  })
  await putMapEntries(paths, 'senders', { 'both@a.test': 'alice@a.test' })
})
afterAll(() => stack.end())

const letter = (from: string, to: string, subject: string) =>
  `From: ${from}\nTo: ${to}\nCc: somebody\nSubject: ${subject}\nDate: Sun, 22 Nov 2026 16:00:00 +0000\nMessage-ID: <${Math.random()}@x.test>\nMIME-Version: 1.0\nContent-Type: text/plain;\n  charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGr\xc3\xbc\xc3\x9fe  \n.dot\nFrom here\n\n`

/** Submits a signed message at the stand-in for the outside world. */
async function fromElsewhere(to: string, subject: string): Promise<void> {
  const probe = stack.report.lab.probes.find(({ name }) => name === 'elsewhere')
  if (!probe) throw new Error('no probe elsewhere')
  const dialogue = await SmtpDialogue.open(probe.submissionHost, probe.submissionPort)
  await dialogue.say('EHLO client.test')
  await dialogue.startTls()
  await dialogue.login(probe.user, probe.password)
  expect(await dialogue.send(STRANGER, to, letter(STRANGER, to, subject))).toMatch(/^250/)
  dialogue.close()
}

/** Hands a message to mx1's port 25 from an address that is nobody's; returns the reply that decided. */
async function atPort25(from: string, to: string, subject: string): Promise<string> {
  const dialogue = await SmtpDialogue.open(mx1, PORTS.smtp)
  await dialogue.say('EHLO client.test')
  const answer = await dialogue.send(from, to, letter(from, to, subject))
  dialogue.close()
  return answer
}

async function bySubmission(from: string, to: string, subject: string): Promise<string> {
  const dialogue = await SmtpDialogue.open(mx1, PORTS.submission)
  await dialogue.say('EHLO client.test')
  await dialogue.startTls()
  await dialogue.login('alice@a.test', password)
  const answer = await dialogue.send(from, to, letter(from, to, subject))
  dialogue.close()
  return answer
}

const returnPath = (message: string): string => /^Return-Path: <(.*)>/.exec(message)?.[1] ?? ''
/** The message as mx1 took it at port 25: from its own verdicts on. */
const asTaken = (message: string): string => message.slice(message.search(/^Authentication-Results: mx1\./m))

/** An address as postsrsd makes it (libsrs2, srs_compile_shortcut), `days` ago, with mx1's own secret. */
function srsAddress(domain: string, localPart: string, days: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const day = Math.floor(Date.now() / 86_400_000) - days
  const stamp = [day >> 5, day].map((digit) => alphabet[digit & 31]).join('')
  const secret = readFileSync(stack.nodes.mx1.paths.srsSecret, 'utf8').trim()
  const hash = createHmac('sha1', secret).update(`${stamp}${domain}${localPart}`.toLowerCase()).digest('base64')
  return `SRS0=${hash.slice(0, 8)}=${stamp}=${domain}=${localPart}@${HOST}`
}

describe('mail from outside that goes outside', () => {
  test('leaves in the node’s own name and otherwise as it came; a mailbox here gets it as it came', async () => {
    await fromElsewhere('both@a.test', 'forwarded')
    const [outside, inside] = [
      await delivered(stack, 'probe', 'forwarded'),
      await delivered(stack, 'imap1', 'forwarded'),
    ]
    expect(returnPath(outside)).toMatch(/^SRS0=[^=]{8}=[A-Z2-7]{2}=elsewhere\.test=probe@mx1\.posthouse\.test$/)
    expect(outside).toMatch(/^Received-SPF: Pass \(mailfrom\) .*envelope-from=srs0=/im)
    expect(outside).toMatch(/^Authentication-Results: mx\.probe\.test; dmarc=pass .*header\.from=elsewhere\.test/m)
    expect(returnPath(inside)).toBe(STRANGER)
    expect(inside).not.toMatch(/SRS/)
    expect(asTaken(outside)).toBe(asTaken(inside))
    expect(outside).toMatch(/^Cc: somebody$/m)
    expect(outside.match(/^DKIM-Signature:/gm)).toHaveLength(1)
    const verified = await verifyMessage(
      Buffer.from(outside),
      { ip: mx1, helo: HOST, sender: returnPath(outside), mta: 'mx.probe.test' },
      mailauthResolver(),
    )
    expect(verified.spf).toMatchObject({ result: 'pass', domain: HOST })
    expect(verified.dkim).toMatchObject([{ result: 'pass', domain: 'elsewhere.test', isAligned: true }])
    expect(verified.dmarc).toMatchObject({ result: 'pass', domain: 'elsewhere.test' })
  })

  test('was forwarded before: the first forwarder gets the answer', async () => {
    const first = 'SRS0=abcd=EF=origin.test=user@elsewhere.test'
    expect(await atPort25(first, 'away@a.test', 'forwarded twice')).toMatch(/^250/)
    const sender = returnPath(await delivered(stack, 'probe', 'forwarded twice'))
    expect(sender).toMatch(/^SRS1=[^=]{8}=elsewhere\.test==abcd=EF=origin\.test=user@mx1\.posthouse\.test$/)
    expect(await atPort25('', sender, 'back to the first forwarder')).toMatch(/^250/)
    expect(await delivered(stack, 'elsewhere', 'back to the first forwarder')).toContain(`for <${first}>`)
  })

  test('keeps an odd sender’s address whole', async () => {
    for (const [index, sender] of ['Some.One+tag@Probe.TEST', 'x=y=z@probe.test', "o'b/c@probe.test"].entries()) {
      expect(await atPort25(sender, 'round@a.test', `odd ${index}`)).toMatch(/^250/)
      const rewritten = returnPath(await delivered(stack, 'elsewhere', `odd ${index}`))
      expect(rewritten).toMatch(/^SRS0=/)
      expect(await atPort25('', rewritten, `odd answer ${index}`)).toMatch(/^250/)
      expect(await delivered(stack, 'probe', `odd answer ${index}`)).toContain(`for <${sender}>`)
    }
  })

  test('and that nobody takes there goes back to its sender', async () => {
    await fromElsewhere('lost@a.test', 'lost')
    const bounce = await delivered(stack, 'elsewhere', 'Undelivered Mail Returned to Sender')
    expect(returnPath(bounce)).toBe('')
    expect(bounce).toContain('nowhere.example')
  })
})

describe('what needs no other sender keeps its own', () => {
  test.each(['alice@a.test', 'ALICE@A.test', 'alice+tag@a.test', 'both@a.test'])('%s', async (sender) => {
    expect(await bySubmission(sender, 'anybody@probe.test', `own ${sender}`)).toMatch(/^250/)
    const message = await delivered(stack, 'probe', `own ${sender}`)
    expect(returnPath(message)).toBe(sender)
    expect(message.match(/^Received: .*$/gm)).toHaveLength(3)
  })

  test('a bounce from outside', async () => {
    expect(await atPort25('', 'away@a.test', 'a bounce')).toMatch(/^250/)
    expect(returnPath(await delivered(stack, 'probe', 'a bounce'))).toBe('')
  })
})

describe('a rewritten address', () => {
  test('takes answers to who it was made of, whatever becomes of its case', async () => {
    const address = srsAddress('elsewhere.test', 'Somebody', 20)
    for (const [index, written] of [address, address.toLowerCase(), address.toUpperCase()].entries()) {
      expect(await atPort25('', written, `answer ${index}`)).toMatch(/^250/)
      expect(await delivered(stack, 'elsewhere', `answer ${index}`)).toMatch(/for <somebody@elsewhere\.test>/i)
    }
  })

  test('is refused at RCPT where it is forged, too old, or at another host', async () => {
    const good = srsAddress('elsewhere.test', 'somebody', 0)
    for (const bad of [
      srsAddress('elsewhere.test', 'somebody', 22),
      good.replace('somebody', 'nobody'),
      good.replace('elsewhere.test', 'probe.test'),
      good.replace(/^SRS0=./, (start) => (/a$/i.test(start) ? 'SRS0=B' : 'SRS0=A')),
      good.replace(/^(SRS0=....)..../, '$1'),
      good.replace(/^SRS0/, 'SRS1'),
      `SRS0=@${HOST}`,
      `SRS0=x@${HOST}`,
      `SRS1=AAAAAAAA=probe.test==AAAA=AA=bank.example=ceo@${HOST}`,
    ]) {
      expect([bad, await atPort25('', bad, 'forged')]).toEqual([bad, expect.stringMatching(/^550 5\.1\.1 /)])
    }
    expect(await atPort25('', good.replace(HOST, 'a.test'), 'forged')).toMatch(/^550 5\.1\.1 /)
    expect(await atPort25('', good.replace(HOST, 'probe.test'), 'forged')).toMatch(/^554 5\.7\.1 .*Relay access denied/)
    expect(await atPort25('', good.replace(HOST, `${HOST}.probe.test`), 'forged')).toMatch(/^554 5\.7\.1 /)
  })
})

test('the way round takes nothing whose sender it cannot rewrite', async () => {
  for (const sender of ['', srsAddress('elsewhere.test', 'x', 0), '"a b"@x.test', '"a,b"@x.test', '"a@b"@x.test']) {
    const dialogue = await SmtpDialogue.open(mx1, PORTS.srs)
    await dialogue.say('EHLO client.test')
    await dialogue.say(`MAIL FROM:<${sender}>`)
    expect([sender, await dialogue.say('RCPT TO:<anybody@probe.test>')]).toEqual([
      sender,
      expect.stringMatching(/^554 5/),
    ])
    dialogue.close()
  }
})

test('the name of the host may change: new addresses bear the new one, old ones hold', async () => {
  const { postfix } = stack.nodes.mx1.paths
  const rename = async (name: string) => {
    await runCommand('postconf', ['-c', postfix, '-e', `myhostname=${name}`])
    await runCommand('postfix', ['-c', postfix, 'reload'])
  }
  await rename('mail.a.test')
  await fromElsewhere('away@a.test', 'under a new name')
  const sender = returnPath(await delivered(stack, 'probe', 'under a new name'))
  expect(sender).toMatch(/^SRS0=.*=elsewhere\.test=probe@mail\.a\.test$/)
  expect(await atPort25('', sender, 'answer to the new name')).toMatch(/^250/)
  expect(await atPort25('', srsAddress('elsewhere.test', 'x', 1), 'answer to the old name')).toMatch(/^250/)
  // What was rewritten under the old name and has not gone yet would be refused on another way round.
  const old = srsAddress('elsewhere.test', 'y', 1)
  expect(await atPort25(old, 'away@a.test', 'from the old name')).toMatch(/^250/)
  expect(returnPath(await delivered(stack, 'probe', 'from the old name'))).toBe(old)
  await rename(HOST)
})

test('the secret is root’s alone and stays when the node is prepared again; postsrsd is not root', async () => {
  const { paths } = stack.nodes.mx1
  const before = readFileSync(paths.srsSecret, 'utf8')
  await prepareNode(dirname(paths.config))
  expect(readFileSync(paths.srsSecret, 'utf8')).toBe(before)
  expect(statSync(paths.srsSecret)).toMatchObject({ mode: 0o100600, uid: 0 })
  const status = readFileSync(`/proc/${stack.supervisors.mx1.pidOf('postsrsd')}/status`, 'utf8')
  const { uid } = accountIds('postsrsd')
  expect(/^Uid:(.*)$/m.exec(status)?.[1]?.trim().split('\t')).toEqual(Array.from({ length: 4 }, () => String(uid)))
})

test('Postfix finds nothing odd in all of it', () => {
  const log = readFileSync(join(stack.nodes.mx1.paths.log, 'postfix.log'), 'utf8')
  expect(log.match(/^.*\b(warning|fatal|panic|error):.*$/gm) ?? []).toEqual([])
})

test('while senders cannot be rewritten, mail waits, and goes when they can', async () => {
  const { supervisors, nodes } = stack
  const secret = stack.nodes.mx1.paths.srsSecret
  const address = srsAddress('elsewhere.test', 'somebody', 0)
  const pid = supervisors.mx1.pidOf('postsrsd')
  if (pid === undefined) throw new Error('postsrsd does not run')
  renameSync(secret, `${secret}.away`)
  // The whole group: connections that are open are served by children of their own.
  process.kill(-pid, 'SIGKILL')
  await fromElsewhere('both@a.test', 'waiting')
  expect(await logged(stack, /\/smtp\[.*to=<anybody@probe\.test>, orig_to=<both@a\.test>.*status=deferred/)).toMatch(
    /451 4\.3\./,
  )
  expect(returnPath(await delivered(stack, 'imap1', 'waiting'))).toBe(STRANGER)
  expect(await atPort25('', address, 'not now')).toMatch(/^451 4\.3\./)
  expect(await bySubmission('alice@a.test', 'anybody@probe.test', 'own meanwhile')).toMatch(/^250/)
  await delivered(stack, 'probe', 'own meanwhile')

  renameSync(`${secret}.away`, secret)
  const forward = { host: mx1, port: PORTS.srsForward }
  await expect.poll(() => accepts(forward), { timeout: 15_000 }).toBe(true)
  await runCommand('postqueue', ['-c', nodes.mx1.paths.postfix, '-f'])
  const message = await delivered(stack, 'probe', 'waiting')
  expect(returnPath(message)).toMatch(/^SRS0=.*=elsewhere\.test=probe@mx1\.posthouse\.test$/)
})
