import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from './command'
import { PORTS } from './native/addresses'
import { SmtpDialogue } from './smtp-dialogue'
import { putMapEntries } from './stores'
import {
  addCredential,
  addDkimKey,
  addDomain,
  addMailbox,
  delivered,
  logged,
  publish,
  startStack,
  type TestStack,
} from './testing'

let stack: TestStack
let password: string
let mx1: string
let imap1: string

beforeAll(async () => {
  stack = await startStack()
  mx1 = stack.nodes.mx1.config.smtpBindAddress
  imap1 = stack.nodes.imap1.config.smtpBindAddress
  await addDomain(stack, 'a.test')
  password = await addMailbox(stack, 'alice@a.test')
  await addDkimKey(stack, 'a.test', 's1')
  await publish(stack, 'a.test.', 'MX', '10 mx1.posthouse.test.')
  await publish(stack, 'a.test.', 'TXT', `"v=spf1 ip4:${mx1} -all"`)
  await publish(stack, '_dmarc.a.test.', 'TXT', '"v=DMARC1; p=reject"')
})
afterAll(() => stack.end())

/** A dialogue that is past EHLO; `port` 2587 with STARTTLS done. */
async function greet(port: number, host = mx1): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.open(host, port)
  await dialogue.say('EHLO client.test')
  if (port === PORTS.submission) await dialogue.startTls()
  return dialogue
}

async function loggedIn(user: string, secret: string): Promise<SmtpDialogue> {
  const dialogue = await greet(PORTS.submission)
  expect(await dialogue.login(user, secret)).toMatch(/^235/)
  return dialogue
}

const letter = (from: string, subject: string, more = '') =>
  `From: ${from}\nTo: you@x.test\nSubject: ${subject}\nDate: Sun, 22 Nov 2026 16:00:00 +0000\nMessage-ID: <${Math.random()}@x.test>\n${more}\nText\n`

/** Sends a line to a TLS service and returns the answer to it. */
function askTls(host: string, port: number, lines: readonly string[], end: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    let sent = 0
    const socket = connect({ host, port, rejectUnauthorized: false })
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer, only ${JSON.stringify(text)}`)))
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const line = lines[sent]
      if (line !== undefined && text.endsWith('\r\n')) {
        text = ''
        sent += 1
        socket.write(`${line}\r\n`)
      } else if (end.test(text)) {
        socket.destroy()
        resolve(text)
      }
    })
  })
}
const imapLogin = (user: string, secret: string) =>
  askTls(imap1, PORTS.imaps, [`a LOGIN "${user}" "${secret}"`], /^a (OK|NO|BAD)/m)
const pop3Login = (user: string, secret: string) =>
  askTls(imap1, PORTS.pop3s, [`USER ${user}`, `PASS ${secret}`], /^(\+OK Logged|-ERR)/m)

describe('the base configuration', () => {
  test.each(['mx1', 'probe'] as const)('of %s passes Postfix’s own checks without a word', async (name) => {
    const { postfix } = stack.nodes[name].paths
    // Both streams: postconf warns of what it does not know and exits with 0.
    for (const command of [
      ['postfix', '-c', postfix, 'check'],
      ['postconf', '-c', postfix, '-n'],
      ['postconf', '-c', postfix, '-M'],
    ]) {
      const output = await runCommand('sh', ['-c', '"$@" 2>&1 >/dev/null', 'sh', ...command])
      expect(output).toBe('')
    }
  })

  test.each(['mx1', 'imap1', 'probe'] as const)('of %s passes Dovecot’s own checks without a word', async (name) => {
    const file = join(stack.nodes[name].paths.dovecot, 'dovecot.conf')
    expect(await runCommand('sh', ['-c', 'doveconf -n -c "$0" 2>&1 >/dev/null', file])).toBe('')
  })

  test('runs without warnings in the logs', () => {
    for (const { paths } of Object.values(stack.nodes)) {
      for (const name of readdirSync(paths.log)) {
        const odd = readFileSync(join(paths.log, name), 'utf8').match(/^.*\b(warning|fatal|panic|error)\b.*$/gim) ?? []
        expect(odd.filter((line) => !/lost connection|auth_verbose/.test(line))).toEqual([])
      }
    }
    expect(stack.reports).toEqual([])
  })
})

describe('port 25', () => {
  test('relays for nobody, not even from loopback', async () => {
    for (const from of ['127.0.0.1', '127.66.6.6']) {
      const dialogue = await SmtpDialogue.open(mx1, PORTS.smtp, from)
      await dialogue.say('EHLO client.test')
      await dialogue.say('MAIL FROM:<alice@a.test>')
      expect(await dialogue.say('RCPT TO:<somebody@probe.test>')).toMatch(/^554 5\.7\.1 .*Relay access denied/)
      expect(await dialogue.say('RCPT TO:<somebody%probe.test@a.test>')).toMatch(/^5/)
      expect(await dialogue.say('RCPT TO:<@a.test:somebody@probe.test>')).toMatch(/^5/)
      dialogue.close()
    }
  })

  test('offers no AUTH, with TLS or without', async () => {
    const dialogue = await SmtpDialogue.open(mx1, PORTS.smtp)
    expect(await dialogue.say('EHLO client.test')).not.toMatch(/AUTH/)
    await dialogue.startTls()
    expect(await dialogue.say('EHLO client.test')).not.toMatch(/AUTH/)
    expect(await dialogue.login('alice@a.test', password)).toMatch(/^503/)
    dialogue.close()
  })

  test('refuses an unknown user of a hosted domain at RCPT', async () => {
    const dialogue = await greet(PORTS.smtp)
    await dialogue.say('MAIL FROM:<x@probe.test>')
    expect(await dialogue.say('RCPT TO:<nobody@a.test>')).toMatch(/^550 5\.1\.1/)
    dialogue.close()
  })

  test('refuses what the access map names before anything permits, on submission too', async () => {
    const { paths } = stack.nodes.mx1
    await addMailbox(stack, 'gone@a.test')
    await putMapEntries(paths, 'access', { 'gone@a.test': '550 5.1.6 This mailbox has moved' })
    const outside = await greet(PORTS.smtp)
    await outside.say('MAIL FROM:<x@probe.test>')
    expect(await outside.say('RCPT TO:<gone@a.test>')).toMatch(/^550 5\.1\.6 /)
    expect(await outside.say('RCPT TO:<gone+tag@a.test>')).toMatch(/^550 5\.1\.6 /)
    outside.close()
    const inside = await loggedIn('alice@a.test', password)
    await inside.say('MAIL FROM:<alice@a.test>')
    expect(await inside.say('RCPT TO:<gone@a.test>')).toMatch(/^550 5\.1\.6 /)
    inside.close()
  })

  test('says no to VRFY, to eight-bit addresses and to a MAIL that is not one', async () => {
    const dialogue = await greet(PORTS.smtp)
    expect(await dialogue.say('VRFY alice@a.test')).toMatch(/^502/)
    expect(await dialogue.say('MAIL FROM: x@probe.test')).toMatch(/^501/)
    expect(await dialogue.say('MAIL FROM:<x@probe.test> SMTPUTF8')).toMatch(/^5/)
    dialogue.close()
  })

  test('does not take a bare newline for the end of a message', async () => {
    const dialogue = await greet(PORTS.smtp)
    await dialogue.say('MAIL FROM:<x@probe.test>')
    await dialogue.say('RCPT TO:<alice@a.test>')
    await dialogue.say('DATA')
    dialogue.write('Subject: first\r\n\r\ntext\n.\nMAIL FROM:<ceo@a.test>\r\n.\r\n')
    expect(await dialogue.reply()).toMatch(/^250 2\.0\.0 Ok: queued/)
    // Had the line with the bare newlines ended the message, the rest would have been commands with answers of their own.
    expect(await dialogue.say('NOOP')).toBe('250 2.0.0 Ok')
    dialogue.close()
    expect(await delivered(stack, 'imap1', 'first')).toContain('MAIL FROM:<ceo@a.test>')
  })

  test('refuses a client that sends commands before it may', async () => {
    const dialogue = await SmtpDialogue.open(mx1, PORTS.smtp)
    dialogue.write('EHLO client.test\r\nMAIL FROM:<x@probe.test>\r\nRCPT TO:<alice@a.test>\r\nDATA\r\n')
    expect(await dialogue.reply()).toMatch(/^5/)
    dialogue.close()
  })

  test('verifies what comes in, and takes away what others say in our name', async () => {
    const probe = stack.report.lab.probes[0]
    if (!probe) throw new Error('no probe')
    const dialogue = await SmtpDialogue.open(probe.submissionHost, probe.submissionPort)
    await dialogue.say('EHLO client.test')
    await dialogue.startTls()
    await dialogue.login(probe.user, probe.password)
    const forged = [
      'Authentication-Results: mx1.posthouse.test; dkim=pass header.d=forged.test; dmarc=pass header.from=forged.test',
      'authentication-results: (x) mx1.posthouse.test 1;\n spf=pass smtp.mailfrom=forged.test',
      'Authentication-Results: mx.other.test; dkim=pass header.d=other.test',
      '',
    ].join('\n')
    expect(await dialogue.send(probe.user, 'alice@a.test', letter(probe.user, 'from the probe', forged))).toMatch(
      /^250/,
    )
    dialogue.close()
    const message = await delivered(stack, 'imap1', 'from the probe')
    expect(message).not.toContain('forged.test')
    expect(message).toContain('mx.other.test; dkim=pass')
    expect(message).toMatch(/^Received-SPF: Pass .*client-ip=127\./m)
    expect(message).toMatch(/^Authentication-Results: mx1\.posthouse\.test;\s+dkim=pass .*header\.d=probe\.test/m)
    expect(message).toMatch(/^Authentication-Results: mx1\.posthouse\.test; dmarc=pass .*header\.from=probe\.test/m)
    expect(message).toMatch(/by imap1\.posthouse\.test with LMTPS/)
  })

  test('signs nothing and lets a failure be seen: a stranger in the name of a hosted user', async () => {
    const dialogue = await greet(PORTS.smtp)
    const forged = 'Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=127.66.6.6; envelope-from=alice@a.test\n'
    expect(await dialogue.send('alice@a.test', 'alice@a.test', letter('alice@a.test', 'spoofed', forged))).toMatch(
      /^250/,
    )
    dialogue.close()
    const message = await delivered(stack, 'imap1', 'spoofed')
    expect(message).not.toContain('DKIM-Signature:')
    expect(message).toMatch(/^Received-SPF: (Soft)?fail/im)
    expect(message).toMatch(/dmarc=fail .*header\.from=a\.test/)
  })
})

describe('submission', () => {
  test('offers AUTH only within TLS', async () => {
    const dialogue = await SmtpDialogue.open(mx1, PORTS.submission)
    expect(await dialogue.say('EHLO client.test')).not.toMatch(/AUTH/)
    expect(await dialogue.login('alice@a.test', password)).toMatch(/^530 5\.7\.0/)
    await dialogue.startTls()
    expect(await dialogue.say('EHLO client.test')).toMatch(/AUTH PLAIN LOGIN/)
    dialogue.close()
  })

  test('takes nothing without log-in, nor with a wrong password', async () => {
    const dialogue = await greet(PORTS.submission)
    expect(await dialogue.login('alice@a.test', 'wrong')).toMatch(/^535 5\.7\.8/)
    await dialogue.say('MAIL FROM:<alice@a.test>')
    expect(await dialogue.say('RCPT TO:<x@probe.test>')).toMatch(/^554 5\.7\.1 .*Client host rejected/)
    dialogue.close()
  })

  test('refuses an envelope sender that is not the user’s', async () => {
    await addMailbox(stack, 'carol@a.test')
    const dialogue = await loggedIn('alice@a.test', password)
    for (const sender of ['carol@a.test', 'ceo@bank.example']) {
      await dialogue.say('RSET')
      await dialogue.say(`MAIL FROM:<${sender}>`)
      expect(await dialogue.say('RCPT TO:<x@probe.test>')).toMatch(/^553 5\.7\.1 .*not owned/)
    }
    dialogue.close()
  })

  test('signs, and the world outside finds everything aligned', async () => {
    const dialogue = await loggedIn('alice@a.test', password)
    expect(await dialogue.send('alice@a.test', 'anybody@probe.test', letter('alice@a.test', 'to the probe'))).toMatch(
      /^250/,
    )
    dialogue.close()
    const message = await delivered(stack, 'probe', 'to the probe')
    expect(message).toMatch(/^Authentication-Results: mx\.probe\.test; dmarc=pass/m)
    expect(message).toMatch(/dkim=pass .*header\.d=a\.test/)
    expect(message).toMatch(/^Received-SPF: Pass/m)
    expect(message).toMatch(/by mx\.probe\.test \(Postfix\) with ESMTPS/)
  })

  test('bounces what names an address outside the lab, and sends nothing there', async () => {
    const dialogue = await loggedIn('alice@a.test', password)
    for (const [subject, to] of [
      ['away', 'x@[192.0.2.1]'],
      ['unknown', 'x@nowhere.example'],
    ] as const) {
      const answer = await dialogue.send('alice@a.test', to, letter('alice@a.test', subject))
      if (answer.startsWith('250'))
        expect(
          await logged(stack, new RegExp(`to=<${to.replaceAll(/[[\].]/g, '\\$&')}>.*status=bounced`)),
        ).not.toContain('connect to')
    }
    dialogue.close()
    // A record of the lab that points outside: a source address of loopback does not get there.
    await publish(stack, 'outside.test.', 'MX', '10 real.outside.test.')
    await publish(stack, 'real.outside.test.', 'A', '192.0.2.1')
    const again = await loggedIn('alice@a.test', password)
    expect(await again.send('alice@a.test', 'x@outside.test', letter('alice@a.test', 'out'))).toMatch(/^250/)
    again.close()
    expect(await logged(stack, /connect to real\.outside\.test\[192\.0\.2\.1\]/)).toMatch(
      /Invalid argument|unreachable/,
    )
  })
})

describe('who may log in', () => {
  test('a service that is not switched on refuses, each by itself', async () => {
    const secret = await addMailbox(stack, 'pop@a.test', { services: ['pop3', 'lmtp'] })
    expect(await pop3Login('pop@a.test', secret)).toMatch(/^\+OK/)
    expect(await imapLogin('pop@a.test', secret)).toMatch(/^a NO/m)
    const dialogue = await greet(PORTS.submission)
    expect(await dialogue.login('pop@a.test', secret)).toMatch(/^535/)
    dialogue.close()
    expect(await imapLogin('alice@a.test', password)).toMatch(/^a OK/m)
    expect(await imapLogin('Alice@A.TEST', password)).toMatch(/^a OK/m)
  })

  test('nobody, where there is no password; mail still arrives', async () => {
    await addMailbox(stack, 'closed@a.test', { password: null })
    for (const guess of ['', 'null', 'x']) expect(await imapLogin('closed@a.test', guess)).toMatch(/^a (NO|BAD)/m)
    const dialogue = await greet(PORTS.smtp)
    expect(await dialogue.send('x@probe.test', 'closed@a.test', letter('x@probe.test', 'to the closed'))).toMatch(
      /^250/,
    )
    dialogue.close()
    await delivered(stack, 'imap1', 'to the closed')
  })

  test('another credential opens the mailbox it belongs to, for its services alone', async () => {
    const secret = addCredential(stack, 'test-1@a.test', 'alice@a.test', ['smtp', 'imap'])
    expect(await imapLogin('test-1@a.test', secret)).toMatch(/^a OK/m)
    expect(await pop3Login('test-1@a.test', secret)).toMatch(/^-ERR/m)
    const dialogue = await loggedIn('test-1@a.test', secret)
    // Postfix and the signer know the user as alice: she owns the address.
    expect(await dialogue.send('alice@a.test', 'x@probe.test', letter('alice@a.test', 'by credential'))).toMatch(/^250/)
    dialogue.close()
  })

  test('quotation marks in a user name are only that', async () => {
    for (const user of ["' OR 1=1 --", "alice@a.test' --", '%u@a.test']) {
      expect(await imapLogin(user.replaceAll('"', ''), 'x')).toMatch(/^a NO/m)
    }
  })
})

describe('delivery', () => {
  test('defers for a user whom Postfix knows and Dovecot does not', async () => {
    await addMailbox(stack, 'early@a.test', { on: ['mx1'] })
    const dialogue = await greet(PORTS.smtp)
    expect(await dialogue.send('x@probe.test', 'early@a.test', letter('x@probe.test', 'early'))).toMatch(/^250/)
    dialogue.close()
    expect(await logged(stack, /to=<early@a\.test>.*status=/)).toMatch(/dsn=4\.1\.1, status=deferred/)
  })

  test('refuses a full mailbox at RCPT', async () => {
    await addMailbox(stack, 'full@a.test', { quotaBytes: 100 })
    const dialogue = await greet(PORTS.smtp)
    await dialogue.say('MAIL FROM:<x@probe.test> SIZE=5000')
    expect(await dialogue.say('RCPT TO:<full@a.test>')).toMatch(/^552 5\.2\.2/)
    dialogue.close()
  })

  test('a domain whose home is not known waits', async () => {
    const { paths } = stack.nodes.mx1
    await putMapEntries(paths, 'domains', { 'homeless.test': 'hosted' })
    await putMapEntries(paths, 'mailboxes', { 'x@homeless.test': '0123456789ab/' })
    await runCommand('postfix', ['-c', paths.postfix, 'reload'])
    const dialogue = await greet(PORTS.smtp)
    await dialogue.say('MAIL FROM:<x@probe.test>')
    expect(await dialogue.say('RCPT TO:<x@homeless.test>')).toMatch(/^450 4\.3\.5 /)
    dialogue.close()
  })

  test('with a tag goes to the mailbox', async () => {
    const dialogue = await greet(PORTS.smtp)
    expect(await dialogue.send('x@probe.test', 'alice+list@a.test', letter('x@probe.test', 'tagged'))).toMatch(/^250/)
    dialogue.close()
    await delivered(stack, 'imap1', 'tagged')
  })
})
