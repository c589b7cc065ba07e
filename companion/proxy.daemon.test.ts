import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions, type Server } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { end, freePort, untilUp } from '@/lib/dns/testing/daemon'

/** The proxy of docker-compose.yml: our Caddyfile in a real Caddy, before a small server that stands in for the panel. */

/** Names for which the stand-in allows a certificate, as the panel does for its own and those of its domains. */
const OURS = ['localhost', 'autoconfig.a.test', 'autodiscover.a.test', 'mta-sts.a.test']
const STRANGER = 'mta-sts.stranger.test'
const STAND_IN = 'stand-in for the panel'

/** What the stand-in was asked for, but for certificates: `protocol host path`. */
let reached: string[] = []
/** Names for which Caddy asked whether it may have a certificate. */
const asked: string[] = []
let panel: Server
let caddy: ChildProcess
let folder: string
let ports: { http: number; https: number }
let log = ''

function startPanel(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://panel')
    if (pathname === '/api/certificates/ask') {
      const name = searchParams.get('domain') ?? ''
      asked.push(name)
      return void response.writeHead(OURS.includes(name) ? 200 : 404).end()
    }
    reached.push(`${String(request.headers['x-forwarded-proto'])} ${request.headers.host ?? ''} ${request.url ?? ''}`)
    response.end(`${STAND_IN}: ${request.url ?? ''}\n`)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Puts `after` in the place of every `before`; throws where these are not as many as they should be. */
function substitute(text: string, before: string, after: string, count: number): string {
  const parts = text.split(before)
  if (parts.length - 1 !== count) throw new Error(`the Caddyfile has ${parts.length - 1} times ${before}, not ${count}`)
  return parts.join(after)
}

/** Our Caddyfile on loopback, with a certificate authority of its own in place of those of the world, and kept from the machine's trust store. */
function loopbackCaddyfile(): string {
  const ours = readFileSync(join(import.meta.dirname, 'Caddyfile'), 'utf8')
  const { port } = panel.address() as AddressInfo
  const options = `admin off\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n\thttp_port ${ports.http}\n\thttps_port ${ports.https}`
  const placed = substitute(ours, '{\n\ton_demand_tls', `{\n\t${options}\n\ton_demand_tls`, 1)
  return substitute(substitute(placed, 'panel:3000', `127.0.0.1:${port}`, 4), '\ttls {', '\ttls internal {', 1)
}

const rootFile = () => join(folder, 'data', 'caddy', 'pki', 'authorities', 'local', 'root.crt')

interface Answer {
  status: number
  location: string | undefined
  body: string
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode ?? 0, location: response.headers.location, body }
}

/** The path goes out as it stands, dots and all. */
function ask(
  request: typeof httpRequest,
  options: RequestOptions & { servername?: string; ca?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, host: '127.0.0.1', agent: false, timeout: 10_000 }, (response) => {
      answerOf(response).then(resolve, reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject).end()
  })
}

const plain = (name: string, path: string) => ask(httpRequest, { port: ports.http, path, headers: { Host: name } })
const secure = (name: string, path: string) => {
  const ca = readFileSync(rootFile(), 'utf8')
  return ask(httpsRequest, { port: ports.https, servername: name, ca, path, headers: { Host: name } })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthouse-proxy-'))
  panel = await startPanel()
  ports = { http: await freePort(), https: await freePort() }
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, loopbackCaddyfile())
  const home = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: join(folder, 'config') }
  caddy = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
    cwd: folder,
    env: { ...process.env, ...home, POSTHOUSE_HOST: 'localhost' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  caddy.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-8_000)))
  const isUp = () =>
    secure('localhost', '/').then(
      ({ status }) => status === 200,
      () => false,
    )
  if (!(await untilUp(caddy, async () => existsSync(rootFile()) && (await isUp()))))
    throw new Error(`no Caddy:\n${log}`)
})
afterAll(async () => {
  await end(caddy)
  panel.closeAllConnections()
  panel.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  reached = []
})

test('the panel is reached under its own name with all its paths', async () => {
  const { status, body } = await secure('localhost', '/domains?q=1')
  expect([status, body]).toEqual([200, `${STAND_IN}: /domains?q=1\n`])
  expect(reached).toEqual(['https localhost /domains?q=1'])
})

test.each([
  ['mta-sts.a.test', '/.well-known/mta-sts.txt'],
  ['autoconfig.a.test', '/mail/config-v1.1.xml?emailaddress=anna%40a.test'],
  ['autoconfig.a.test', '/.well-known/autoconfig/mail/config-v1.1.xml'],
  ['autodiscover.a.test', '/autodiscover/autodiscover.xml'],
  ['autodiscover.a.test', '/autodiscover/autodiscover.json/v1.0/anna@a.test?Protocol=ActiveSync'],
])('%s gets a certificate when the panel allows it, and %s', async (name, path) => {
  expect(await secure(name, path)).toMatchObject({ status: 200, body: `${STAND_IN}: ${path}\n` })
  expect(asked).toContain(name)
  expect(reached).toEqual([`https ${name} ${path}`])
})

test('Outlook’s spelling of its path reaches the one that the panel has', async () => {
  expect(await secure('autodiscover.a.test', '/Autodiscover/Autodiscover.xml')).toMatchObject({ status: 200 })
  expect(reached).toEqual(['https autodiscover.a.test /autodiscover/autodiscover.xml'])
})

test.each([
  ...['/', '/sign-in', '/domains/a.test', '/api/v1/domains', '/api/certificates/ask?domain=mta-sts.a.test', '/_next/x'],
  ...['/.well-known/', '/.well-known/mta-sts.txt/x', '/autodiscover/autodiscover.json/../../sign-in'],
  ...['/autodiscover/autodiscover.json/%2e%2e/%2e%2e/sign-in', '//sign-in', '/mail/config-v1.1.xml/..;/sign-in'],
])('nothing else is reached under such a name: %s', async (path) => {
  expect(await secure('mta-sts.a.test', path)).toMatchObject({ status: 404, body: '' })
  expect(reached).toEqual([])
})

test('a name that the panel refuses gets no handshake, and no certificate is made', async () => {
  await expect(secure(STRANGER, '/.well-known/mta-sts.txt')).rejects.toMatchObject({ code: /TLSV1_ALERT|EPROTO/ })
  expect(asked).toContain(STRANGER)
  expect(reached).toEqual([])
  const made = readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })
  expect(made.some((file) => file.includes('mta-sts.a.test'))).toBe(true)
  expect(made.filter((file) => file.includes('stranger'))).toEqual([])
})

test('without TLS there are settings under autoconfig names, and everything else is sent to https', async () => {
  for (const path of [
    '/mail/config-v1.1.xml?emailaddress=anna%40a.test',
    '/.well-known/autoconfig/mail/config-v1.1.xml',
  ])
    expect(await plain('autoconfig.a.test', path)).toMatchObject({ status: 200, body: `${STAND_IN}: ${path}\n` })
  expect(reached.map((line) => line.split(' ')[0])).toEqual(['http', 'http'])
  reached = []
  for (const [name, path] of [
    ['autoconfig.a.test', '/sign-in?next=%2F'],
    ['mta-sts.a.test', '/.well-known/mta-sts.txt'],
    ['mta-sts.a.test', '/mail/config-v1.1.xml'],
    ['localhost', '/sign-in'],
  ] as const)
    expect(await plain(name, path)).toMatchObject({ status: 308, location: `https://${name}${path}` })
  expect(reached).toEqual([])
})
