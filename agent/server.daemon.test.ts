import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { request as httpsRequest, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodePairingCode,
  deliverAnswer,
  errorAnswer,
  hashesAnswer,
  PROTOCOL_HEADER,
  statusAnswer,
} from '@/lib/agent-protocol/messages'
import { closeAgent, openAgent, type Agent } from './agent'
import { fingerprintOf, loadIdentity, type Identity } from './identity'
import { recover } from './recover'
import { createAgentServer } from './server'
import { makeNodeFolder } from './testing/node-folder'
import { createWorkerSide, domainWith, request } from './testing/worker-side'

interface CallOptions {
  body?: string
  bearer?: string
  headers?: Record<string, string>
}
const CURRENT: Record<string, string> = { [PROTOCOL_HEADER]: '1' }

describe('the agent over HTTPS', () => {
  let folder: ReturnType<typeof makeNodeFolder>
  let agent: Agent
  let identity: Identity
  let server: Server
  let port = 0
  let token = ''

  beforeAll(async () => {
    folder = makeNodeFolder(['smtp'], { smtp: { host: '127.91.4.8', port: 2525 } })
    agent = openAgent(folder.dir, { log: () => undefined, reload: () => Promise.resolve(false) })
    identity = await loadIdentity(agent)
    await recover(agent)
    server = createAgentServer(agent, identity)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    token = decodePairingCode(readFileSync(agent.paths.pairingCode, 'utf8'))?.token ?? ''
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
    closeAgent(agent)
    folder.remove()
  })

  function call(method: string, path: string, { body = '', bearer = token, headers = CURRENT }: CallOptions = {}) {
    return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          ca: identity.certificate,
          checkServerIdentity: () => undefined,
          headers: { authorization: `Bearer ${bearer}`, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
            }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
  const post = (body: unknown) => call('POST', '/v1/deliver', { body: JSON.stringify(body) })

  it('leaves a pairing code that only its owner reads, and keeps the hash of the token alone', () => {
    const code = decodePairingCode(readFileSync(agent.paths.pairingCode, 'utf8'))
    expect(code).toMatchObject({
      name: 'mx1',
      roles: ['smtp'],
      fingerprint: fingerprintOf(identity.certificate),
      services: { smtp: '127.91.4.8:2525' },
    })
    expect(statSync(agent.paths.pairingCode).mode & 0o777).toBe(0o600)
    expect(agent.store.note('token:sha256')).toMatch(/^[0-9a-f]{64}$/)
    expect(agent.store.note('token:sha256')).not.toContain(token)
  })

  it('is the same node after a restart', async () => {
    const again = await loadIdentity(agent)
    expect(again.certificate).toBe(identity.certificate)
    expect(again.isAuthorized(`Bearer ${token}`)).toBe(true)
  })

  it.each([
    ['no token', ''],
    ['a wrong one', 'A'.repeat(43)],
  ])('refuses %s', async (_, bearer) => {
    for (const [method, path] of [
      ['GET', '/v1/status'],
      ['GET', '/v1/hashes'],
      ['POST', '/v1/deliver'],
      ['GET', '/anything'],
    ] as const) {
      const answer = await call(method, path, { bearer })
      expect(answer.status).toBe(401)
      expect(errorAnswer.parse(answer.body).error).toBe('token')
    }
  })

  it('has a closed list of verbs', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/v1/status'],
      ['GET', '/v1/deliver'],
      ['POST', '/v1/exec'],
      ['GET', '/v1/status/../hashes'],
    ] as const)
      expect((await call(method, path)).status, `${method} ${path}`).toBe(404)
  })

  it('refuses a protocol that it does not speak, in words', async () => {
    const get = await call('GET', '/v1/status', { headers: { [PROTOCOL_HEADER]: '9' } })
    expect(get).toMatchObject({
      status: 426,
      body: { error: 'protocol', words: 'this agent speaks protocol 1, the request says 9' },
    })
    expect((await call('GET', '/v1/hashes', { headers: {} })).status).toBe(426)
    expect((await post({ ...request(1, []), protocol: 2, news: true })).status).toBe(426)
  })

  it('refuses what is not a delivery', async () => {
    expect((await call('POST', '/v1/deliver', { body: '{' })).status).toBe(400)
    expect(await post({ ...request(1, []), command: 'ls' })).toMatchObject({
      status: 400,
      body: { error: 'malformed' },
    })
    expect(
      (await call('POST', '/v1/deliver', { headers: { 'content-length': '999999999' } }).catch(() => ({ status: 413 })))
        .status,
    ).toBe(413)
  })

  it('delivers, one at a time, and says what it holds', async () => {
    const side = createWorkerSide()
    const changes = domainWith(side, 'a.test', ['ann']).filter(({ map }) => map.startsWith('smtp/'))
    const all = await Promise.all([post(request(1, changes)), post(request(1, changes)), post(request(2, []))])
    for (const answer of all) expect(answer.status).toBe(200)
    expect(deliverAnswer.parse(all[0].body).domains).toMatchObject([{ domain: 'a.test', state: 'applied' }])
    const hashes = hashesAnswer.parse((await call('GET', '/v1/hashes')).body)
    expect(hashes).toMatchObject({
      release: '2',
      hashes: [...side.pairs()]
        .filter(([map]) => map.startsWith('smtp/'))
        .map(([map, domain]) => [map, domain, side.hashOf(map, domain)])
        .sort(),
    })
    expect(await post(request(1, []))).toMatchObject({ status: 409, body: { error: 'stepBack' } })
  })

  it('says how the node is', async () => {
    const status = statusAnswer.parse((await call('GET', '/v1/status')).body)
    expect(status).toMatchObject({ node: 'mx1', roles: ['smtp'], hostName: 'mx1.posthouse.test', queueSize: 0 })
    expect(status.versions.postfix).toMatch(/^3\./)
    expect(status.versions.dovecot).toMatch(/^2\./)
    expect(status.versions.opendkim).toMatch(/^2\./)
    expect(status.daemons.map(({ name, isRunning }) => [name, isRunning])).toContainEqual(['postfix', false])
    expect(status.diskFreeBytes).toBeGreaterThan(0)
    expect(status).toMatchObject({ tlsKeys: { served: null, next: null } })
  })
})
