import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates, type SecureContextOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { askSmtp } from '@/lib/checks/smtp-dialogue'
import { systemWorld } from '@/lib/checks/system-world'
import { startLineServer, type LineServer, type Speak } from '@/lib/checks/testing/line-server'
import { selfSigned } from '@/lib/checks/testing/tls-files'
import { lookAtTls } from '@/lib/checks/tls-look'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const RESOLVER = { address: '127.0.0.53', port: 53 }
const trustedPair = selfSigned('mail.example.test')
const strangePair = selfSigned('mail.example.test')

beforeAll(() => {
  setDefaultCACertificates([...getCACertificates('default'), trustedPair.cert])
})

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(speak: Speak, tls: SecureContextOptions | null = null) {
  const server: LineServer = await startLineServer(speak, tls)
  closing.push(server.close)
  return server
}

function world(zone: Record<string, string[]> = {}, more: { trusted?: string[]; httpsPort?: number } = {}) {
  const log: string[] = []
  const dns = { ask: fakeAsk('test', { [RESOLVER.address]: zone, '192.0.2.53': zone }, log), resolvers: [RESOLVER] }
  return { log, world: systemWorld({ dns, now: new Date(), trusted: ['127.0.0.1'], ...more }) }
}

const smtp: Speak = (line) => {
  if (line === '') return '220 mail.example.test ESMTP\r\n'
  if (line.startsWith('EHLO')) return '250-mail.example.test\r\n250-size 1000\r\n250 starttls\r\n'
  if (line === 'STARTTLS') return '220 go\r\n'
  return line === 'QUIT' ? null : `250 2.0.0 ${line}\r\n`
}
const question = { serverName: 'mail.example.test', ask: ['MAIL FROM:<>', 'RSET'] }

describe('DNS', () => {
  test('asks each question once, also when several ask together', async () => {
    const { log, world: asked } = world({ 'a.test A': ['192.0.2.1'] })
    const answers = await Promise.all(
      ['a.test', 'A.test'].map((name) => asked.dns.ask(RESOLVER, name, 'A', 'recursive')),
    )
    await asked.dns.ask(RESOLVER, 'a.test', 'A', 'unchecked')
    expect(answers[0]).toEqual(answers[1])
    expect(log).toEqual([`${RESOLVER.address} recursive a.test A`, `${RESOLVER.address} unchecked a.test A`])
  })

  test('asks no name server at an address that a zone may not lead to', async () => {
    const { log, world: asked } = world({}, { trusted: ['192.0.2.53'] })
    const ask = (address: string) => asked.dns.ask({ address, port: 53 }, 'a.test', 'A', 'authoritative')
    for (const address of ['10.0.0.1', '127.0.0.1', '::ffff:127.0.0.1', RESOLVER.address])
      expect(await ask(address)).toMatchObject({ status: 'temperror', reason: 'unreachable' })
    expect(log).toEqual([])
    expect(await ask('192.0.2.53')).toMatchObject({ status: 'nxdomain' })
  })

  test('finds the servers of a zone that resolvers hold back as bogus', async () => {
    const whole = fakeAsk('test', { [RESOLVER.address]: { 'test SOA': ['x'], 'test NS': ['ns.test.'] } })
    const dns = {
      resolvers: [RESOLVER],
      ask: ((server, name, type, mode) =>
        mode === 'recursive'
          ? Promise.resolve({ status: 'temperror', reason: 'servfail', words: 'SERVFAIL' })
          : whole(server, name, type, mode)) as typeof whole,
    }
    const asked = systemWorld({ dns, now: new Date(), trusted: [] })
    expect(await asked.authority('test')).toMatchObject({ status: 'found', authority: { zone: 'test' } })
  })
})

describe('SMTP', () => {
  test('goes through STARTTLS, asks what it was told and leaves without a message', async () => {
    const server = await serve(smtp, trustedPair)
    const dialogue = await world().world.smtp(server, question.serverName, question.ask)
    expect(dialogue).toMatchObject({
      ...{ status: 'answered', banner: '220 mail.example.test ESMTP', extensions: ['SIZE 1000', 'STARTTLS'] },
      tls: { status: 'done', protocol: 'TLSv1.3', certificate: { distrust: null, keyBits: 256, keyType: 'ec' } },
      replies: { 'MAIL FROM:<>': '250 2.0.0 MAIL FROM:<>', RSET: '250 2.0.0 RSET' },
    })
    const said = ['EHLO [127.0.0.1]', 'STARTTLS', 'EHLO [127.0.0.1]', 'MAIL FROM:<>', 'RSET', 'QUIT']
    await vi.waitFor(() => {
      expect(server.heard).toEqual(said)
    })
  })

  test('says why a certificate would not be trusted', async () => {
    const server = await serve(smtp, strangePair)
    expect(await world().world.smtp(server, 'mail.example.test')).toMatchObject({
      tls: { certificate: { distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT', subjectNames: ['mail.example.test'] } },
    })
    const other = await serve(smtp, trustedPair)
    expect(await world().world.smtp(other, 'other.example.test')).toMatchObject({
      tls: { certificate: { distrust: 'ERR_TLS_CERT_ALTNAME_INVALID' } },
    })
  })

  test('an old version of TLS is taken by who takes it', async () => {
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const servers = await Promise.all([serve(smtp, trustedPair), serve(smtp, { ...trustedPair, ...old })])
    const [strict, lax] = await Promise.all(
      servers.map((server) => world().world.smtp(server, 'mail.example.test', [], 'TLSv1.1')),
    )
    expect(strict).toMatchObject({ status: 'answered', tls: { status: 'failed' } })
    expect(lax).toMatchObject({ status: 'answered', tls: { status: 'done', protocol: 'TLSv1.1' } })
  })

  test.each<[string, Speak, string]>([
    ['is silent', () => null, 'timeout'],
    ['speaks something else', () => 'SSH-2.0-OpenSSH\r\n', 'nonsense'],
    ['does not stop speaking', () => `220-${'x'.repeat(998)}\r\n`.repeat(80), 'nonsense'],
  ])('a server that %s is told apart', async (_what, speak, status) => {
    const server = await serve(speak)
    expect(await askSmtp(server, question, 200)).toMatchObject({ status })
  })

  test('a server that closes early, and one that refuses everybody', async () => {
    const early = await serve((line) => (line === '' ? '220 hello\r\n' : null))
    setTimeout(early.close, 50)
    expect(await askSmtp(early, question, 5_000)).toMatchObject({ status: 'unreachable' })
    const full = await serve(() => '554 no service\r\n')
    expect(await askSmtp(full, question, 1_000)).toMatchObject({ banner: '554 no service', replies: {}, tls: null })
  })

  test.each(['DATA', 'BDAT 1', 'data', 'RSET\r\nDATA', 'AUTH PLAIN x'])('refuses to say %j', async (command) => {
    await expect(askSmtp(RESOLVER, { serverName: 'x', ask: [command] }, 100)).rejects.toThrow('no question')
  })

  test('connects to no private address but the trusted', async () => {
    const server = await serve(smtp)
    const { world: asked } = world({}, { trusted: [] })
    const words = '127.0.0.1 is not a public address'
    expect(await asked.smtp(server, 'x')).toEqual({ status: 'unreachable', words })
    expect(await asked.tls(server, 'x')).toEqual({ status: 'failed', words })
    expect(await asked.connect(server)).toEqual({ isOpen: false, words })
    expect(server.heard).toEqual([])
  })
})

describe('TLS and TCP', () => {
  test('ManageSieve begins in the clear', async () => {
    const sieve: Speak = (line) =>
      line === '' ? '"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK "ready"\r\n' : line === 'STARTTLS' ? 'OK\r\n' : null
    const server = await serve(sieve, trustedPair)
    expect(await lookAtTls(server, 'mail.example.test', 'sieve', 2_000)).toMatchObject({ status: 'done' })
    const refusing = await serve(() => 'NO "later"\r\n')
    expect(await lookAtTls(refusing, 'x', 'sieve', 2_000)).toEqual({ status: 'failed', words: 'NO "later"' })
  })

  test('a handshake that is not answered is a time-out, a closed port is told at once', async () => {
    const silent = await serve(() => null)
    expect(await lookAtTls(silent, 'x', 'at-once', 200)).toMatchObject({ status: 'failed', isTimeout: true })
    silent.close()
    const { world: asked } = world()
    expect(await asked.connect(silent)).toEqual({ isOpen: false, words: 'ECONNREFUSED' })
  })
})

describe('documents', () => {
  const listen = async (pair: typeof trustedPair, answer: RequestListener) => {
    const server = createServer(pair, answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }
  const zone = { 'mail.example.test A': ['127.0.0.1'], 'inside.example.test A': ['10.0.0.1'] }
  const url = 'https://mail.example.test/policy'

  test('are fetched from the address that was looked up, and a redirect is an answer', async () => {
    const httpsPort = await listen(trustedPair, (request, response) => {
      response.setHeader('content-type', 'text/plain')
      if (request.url === '/moved') response.writeHead(302, { location: 'https://10.0.0.1/' })
      response.end('x'.repeat(request.url === '/long' ? 100_000 : 3))
    })
    const { world: asked } = world(zone, { httpsPort })
    expect(await asked.fetch(url)).toMatchObject({ code: 200, contentType: 'text/plain', text: 'xxx', location: null })
    const moved = await asked.fetch('https://mail.example.test/moved')
    expect(moved).toMatchObject({ code: 302, location: 'https://10.0.0.1/' })
    const long = await asked.fetch('https://mail.example.test/long')
    expect(long.status === 'answered' && long.text.length).toBe(65_536)
  })

  test('of a server with a certificate of its own making are not read', async () => {
    const httpsPort = await listen(strangePair, (_request, response) => response.end('secret'))
    const { world: asked } = world(zone, { httpsPort })
    expect(await asked.fetch(url)).toMatchObject({ status: 'unreachable', isTls: true })
  })

  test.each([
    ['https://inside.example.test/', '10.0.0.1 is not a public address'],
    ['https://10.0.0.1/', '10.0.0.1 is not a public address'],
    ['https://[::ffff:a00:1]/', '::ffff:a00:1 is not a public address'],
    ['https://nowhere.example.test/', 'nowhere.example.test has no address'],
    ['https://mail.example.test:25/', 'not an https address of port 443'],
    ['http://mail.example.test/', 'not an https address of port 443'],
    ['nonsense', 'not an https address of port 443'],
  ])('%s is not fetched', async (address, words) => {
    const { world: asked } = world(zone)
    expect(await asked.fetch(address)).toEqual({ status: 'unreachable', words, isTls: false })
  })
})
