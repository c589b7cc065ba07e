import { expect, test } from 'vitest'
import { smtpFamily } from '@/lib/checks/smtp'
import { questionsFor } from '@/lib/checks/smtp-questions'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { seenSmtp, seenTls } from '@/lib/checks/testing/seen'
import type { CheckWorld, SmtpDialogue } from '@/lib/checks/world'

const HOST = 'mx1.posthouse.org'
/** What Postfix says to each question. */
const replies: Record<string, string> = Object.fromEntries(
  questionsFor(HOST).map((command) => {
    if (command.includes('posthouse-relay')) return [command, '554 5.7.1 Relay access denied']
    return [command, command.startsWith('VRFY') ? '502 5.5.1 VRFY command is disabled' : '250 2.1.5 Ok']
  }),
)
const refusesOld: SmtpDialogue = seenSmtp({ tls: { status: 'failed', words: 'protocol version' } })

async function run(said: SmtpDialogue, old: SmtpDialogue = refusesOld, hostName = HOST) {
  const smtp: CheckWorld['smtp'] = (_server, _name, _ask, newest) => Promise.resolve(newest ? old : said)
  return runFamily(smtpFamily, fakeWorld({}, { smtp }), checkedNode({ hostName }))
}
const good = seenSmtp({ replies })
const FINE = [
  ...[
    'smtp.banner ok',
    'smtp.certificate ok fine',
    'smtp.greeting-name ok',
    'smtp.open-relay ok',
    'smtp.postmaster ok',
  ],
  ...['smtp.slow ok', 'smtp.starttls ok fine', 'smtp.tls-version ok fine', 'smtp.vrfy ok'],
]
const wrong = async (said: SmtpDialogue, old?: SmtpDialogue) =>
  (await run(said, old)).lines.filter((line) => !FINE.includes(line))

test('finds nothing wrong with a server that is well kept', async () => {
  expect((await run(good)).lines).toEqual(FINE)
})

test('asks nothing that could become mail', () => {
  const commands = questionsFor(HOST)
  expect(commands.filter((command) => !/^(?:MAIL FROM:<|RCPT TO:<|RSET$|VRFY )/.test(command))).toEqual([])
  // Each transaction ends before the next begins.
  expect(commands.filter((command) => command === 'RSET')).toHaveLength(
    commands.filter((command) => command.startsWith('MAIL')).length,
  )
})

const relayed = Object.fromEntries(
  Object.entries(replies).map(([command, reply]) => [command, command.includes('relay-2') ? '250 2.1.5 Ok' : reply]),
)
const answered = (pattern: RegExp, reply: string) =>
  seenSmtp({
    replies: Object.fromEntries(Object.entries(replies).map(([key, was]) => [key, pattern.test(key) ? reply : was])),
  })
const certificate = (more: Parameters<typeof seenTls>[0]) => ({ ...good, tls: seenTls(more) })

test.each<[string, SmtpDialogue, string[]]>([
  ['an open relay for its own senders', { ...good, replies: relayed }, ['smtp.open-relay broken']],
  [
    'nothing of relaying while everybody is told to come later',
    answered(/relay/, '450 4.2.0 Greylisted'),
    ['smtp.open-relay unknown'],
  ],
  [
    'nothing of relaying where no sender is taken',
    answered(/relay/, '503 5.5.1 need MAIL'),
    ['smtp.open-relay unknown'],
  ],
  ['a postmaster that is refused', answered(/postmaster@.*>$/, '550 5.1.1 No such user'), ['smtp.postmaster broken']],
  [
    'nothing of a postmaster that is greylisted',
    answered(/TO:<abuse/, '450 4.2.0 Greylisted'),
    ['smtp.postmaster unknown'],
  ],
  ['VRFY that says yes', answered(/^VRFY postmaster/, '252 2.0.0 postmaster'), ['smtp.vrfy attention']],
  ['nothing of VRFY that says the same of everybody', answered(/^VRFY/, '252 2.5.1 try it'), []],
  ['a slow greeting', { ...good, milliseconds: 7_400 }, ['smtp.slow attention']],
  ['another name', { ...good, banner: '220 localhost.localdomain ESMTP' }, ['smtp.greeting-name attention']],
  ['no name', { ...good, banner: '220 Welcome' }, ['smtp.banner attention', 'smtp.greeting-name attention']],
  ['no STARTTLS', { ...good, tls: null, extensions: ['PIPELINING'] }, ['smtp.starttls broken missing']],
  [
    'a handshake that fails',
    { ...good, tls: { status: 'failed', words: 'ECONNRESET' }, replies: {} },
    ['smtp.open-relay unknown', 'smtp.postmaster unknown', 'smtp.starttls broken failed', 'smtp.vrfy unknown'],
  ],
  ['old TLS alone', { ...good, tls: seenTls({}, 'TLSv1') }, ['smtp.tls-version broken onlyOld']],
  ['an expired certificate', certificate({ notAfter: new Date('2026-11-21') }), ['smtp.certificate broken expired']],
  [
    'a certificate of the future',
    certificate({ notBefore: new Date('2027-01-01') }),
    ['smtp.certificate broken early'],
  ],
  [
    'a certificate for another name',
    certificate({ subjectNames: ['*.example.org'] }),
    ['smtp.certificate broken name'],
  ],
  ['a certificate of its own making', certificate({ distrust: 'SELF_SIGNED' }), ['smtp.certificate broken distrust']],
  [
    'a certificate near its end',
    certificate({ notAfter: new Date('2026-12-01') }),
    ['smtp.certificate attention soon'],
  ],
  ['a short key', certificate({ keyType: 'rsa', keyBits: 1024 }), ['smtp.certificate attention weakKey']],
  ['SHA-1', certificate({ signatureAlgorithm: 'sha1WithRSAEncryption' }), ['smtp.certificate attention weakSignature']],
  ['nothing of a certificate for all names of the domain', certificate({ subjectNames: ['*.posthouse.org'] }), []],
])('tells %s', async (_what, said, expected) => {
  expect((await wrong(said)).filter((line) => !line.startsWith('smtp.tls-version none'))).toEqual(expected)
})

test('TLS 1.1 beside later versions is told', async () => {
  expect(await wrong(good, seenSmtp({ tls: seenTls({}, 'TLSv1.1') }))).toEqual(['smtp.tls-version attention alsoOld'])
})

test('a self-signed certificate of a private name is worth a word, not broken', async () => {
  const tls = seenTls({ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT', subjectNames: ['mx1.posthouse.test'] })
  const { lines } = await run({ ...good, tls }, refusesOld, 'mx1.posthouse.test')
  expect(lines).toContain('smtp.certificate attention distrust')
})

test.each<[SmtpDialogue, RegExp]>([
  [{ status: 'timeout', words: 'no answer in 20 s' }, / unknown/],
  [{ status: 'unreachable', words: 'ECONNREFUSED' }, / unknown/],
  [{ status: 'nonsense', words: 'SSH-2.0-OpenSSH' }, /^smtp\.banner broken| unknown/],
])('where nobody speaks SMTP nothing is known: %j', async (said, expected) => {
  const { lines } = await run(said)
  expect(lines.length).toBe(FINE.length)
  expect(lines.filter((line) => !expected.test(line))).toEqual([])
})

test('a node that takes no mail is not asked', async () => {
  const node = checkedNode({ roles: ['imap'], services: { imaps: '9.9.9.10:993' } })
  expect((await runFamily(smtpFamily, fakeWorld(), node)).lines).toEqual([])
})
