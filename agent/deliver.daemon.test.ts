import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodePaths } from '@/lib/agent-protocol/node-config'
import type { DeliverAnswer, MapChange } from '@/lib/agent-protocol/messages'
import { closeAgent, openAgent, type Agent } from './agent'
import { deliver, StepBack } from './deliver'
import { probeRecipient } from './probe'
import { recover } from './recover'
import { readNodeFiles } from './testing/node-files'
import { makeNodeFolder } from './testing/node-folder'
import { startPostfix, writePostfixConfig } from './testing/postfix'
import { createWorkerSide, domainWith, request, storageId, user } from './testing/worker-side'

/** Least time between two reloads here. */
const PAUSE_MS = 1_500
/** No OpenDKIM runs here, so its reload is owed throughout. */
const postfixReloads = ({ reloads }: DeliverAnswer) => reloads.filter(({ daemon }) => daemon === 'postfix')
/** An address that no other test of this project listens on. */
const SMTP = { host: '127.91.4.7', port: 2525 }

describe('a delivery to a living Postfix', () => {
  const side = createWorkerSide()
  let release = 0
  let agent: Agent
  let stop: () => void = () => undefined
  let folder: ReturnType<typeof makeNodeFolder>

  beforeAll(async () => {
    folder = makeNodeFolder(['smtp', 'imap'], { smtp: SMTP })
    // The server's own rule against bad.test stands for any reason to refuse what the maps would allow.
    writePostfixConfig(
      folder.dir,
      SMTP,
      'check_recipient_access inline:{ { bad.test = 550 5.7.1 not on this server } },',
    )
    agent = openAgent(folder.dir, { log: () => undefined, pauseMs: PAUSE_MS })
    await recover(agent)
    stop = await startPostfix(folder.dir, SMTP)
  })
  afterAll(() => {
    closeAgent(agent)
    stop()
    folder.remove()
  })

  const send = (changes: MapChange[]) => deliver(agent, request((release += 1), changes))
  const ask = async (address: string) => {
    const probe = await probeRecipient(SMTP, 'client.test', address)
    return probe.state === 'answered' ? probe.reply.text : probe.words
  }
  async function eventually(address: string, wanted: RegExp) {
    let text = ''
    for (const until = Date.now() + 8_000; Date.now() < until;) {
      text = await ask(address)
      if (wanted.test(text)) break
      await sleep(50)
    }
    expect(text).toMatch(wanted)
  }

  it('makes a domain live that the server has just refused, and says that it was reloaded', async () => {
    expect(await ask('ann@a.test')).toMatch(/^554 5\.7\.1 .*Relay access denied/)
    const answer = await send(domainWith(side, 'a.test', ['ann', 'bob']))
    expect(answer.domains).toMatchObject([{ domain: 'a.test', state: 'applied', words: '' }])
    expect(postfixReloads(answer)).toMatchObject([{ state: 'done' }])
    expect(await ask('ann@a.test')).toMatch(/^250/)
    expect(await ask('nobody@a.test')).toMatch(/^550 5\.1\.1/)
  })

  it('shows a mailbox at once and without a reload', async () => {
    const key = 'new@a.test'
    expect(await ask(key)).toMatch(/^550/)
    const answer = await send([
      side.delta('smtp/mailboxes', 'a.test', { [key]: `${storageId(key)}/` }),
      side.delta('smtp/senders', 'a.test', { [key]: key }),
      side.delta('imap/users', 'a.test', { [key]: user(key) }),
    ])
    expect(answer.domains).toMatchObject([{ state: 'applied' }])
    expect(postfixReloads(answer)).toEqual([])
    expect(await ask(key)).toMatch(/^250/)
    await send([side.delta('smtp/access', 'a.test', { [key]: '550 5.2.1 This mailbox is disabled' })])
    expect(await ask(key)).toMatch(/^550 5\.2\.1 .*disabled/)
  })

  it('reloads at most once in a while and says when', async () => {
    await eventually('ann@a.test', /^250/)
    await sleep(2 * PAUSE_MS)
    expect(postfixReloads(await send(domainWith(side, 'one.test', ['ann'])))).toMatchObject([{ state: 'done' }])
    const second = await send(domainWith(side, 'two.test', ['ann']))
    expect(postfixReloads(second)).toMatchObject([{ state: 'pending' }])
    expect(postfixReloads(second)[0]?.inMs).toBeLessThanOrEqual(PAUSE_MS)
    await send([
      side.delta('smtp/domains', 'one.test', { 'one.test': null }),
      side.delta('smtp/homes', 'one.test', { 'one.test': null }),
      side.delta('smtp/mailboxes', 'one.test', { 'ann@one.test': null }),
      side.delta('smtp/senders', 'one.test', { 'ann@one.test': null }),
      side.delta('imap/users', 'one.test', { 'ann@one.test': null }),
    ])
    await eventually('ann@two.test', /^250/)
    await eventually('ann@one.test', /^554 5\.7\.1/)
  })

  it('puts back a domain that the living server refuses, in its words, and keeps the others', async () => {
    await sleep(2 * PAUSE_MS)
    const before = agent.store.hashes()
    const answer = await send([
      ...domainWith(createWorkerSide(), 'bad.test', ['ann']),
      ...domainWith(side, 'good.test', ['ann']),
    ])
    const [bad, good] = ['bad.test', 'good.test'].map((name) => answer.domains.find(({ domain }) => domain === name))
    expect([bad, postfixReloads(answer)]).toMatchObject([{ state: 'refused' }, [{ state: 'done' }]])
    expect(bad?.words).toMatch(/^RCPT ann@bad\.test: 550 5\.7\.1 .*not on this server/)
    expect(good).toMatchObject({ state: 'applied' })
    const files = readNodeFiles(folder.dir)
    expect([...files.maps.domains.keys()]).not.toContain('bad.test')
    expect([...files.users.keys()]).not.toContain('ann@bad.test')
    expect(agent.store.hashes().filter(([, domain]) => domain !== 'good.test')).toEqual(before)
  })

  it('leaves a domain as it was where one of its lines is refused, and takes the rest', async () => {
    const wrong = createWorkerSide().delta('smtp/aliases', 'a.test', { 'x@a.test': '|/bin/sh' })
    const answer = await send([wrong, side.delta('smtp/aliases', 'two.test', { 'info@two.test': 'ann@two.test' })])
    expect(answer.domains).toMatchObject([
      { domain: 'a.test', state: 'refused', words: expect.stringContaining('x@a.test is not allowed') as string },
      { domain: 'two.test', state: 'applied' },
    ])
    expect(await ask('info@two.test')).toMatch(/^250/)
    expect(readNodeFiles(folder.dir).maps.aliases.has('x@a.test')).toBe(false)
  })

  it('puts settings into Postfix by its own programs', async () => {
    await sleep(2 * PAUSE_MS)
    const settings = { hostName: 'mx9.posthouse.test', messageSizeLimitBytes: 2_345_678 }
    const answer = await send([side.delta('node/settings', '', { mx1: JSON.stringify(settings) })])
    expect(answer.domains).toMatchObject([{ domain: '', state: 'applied', words: '' }])
    const { postfix } = nodePaths(folder.dir)
    const said = execFileSync('/usr/sbin/postconf', ['-c', postfix, '-h', 'message_size_limit', 'myhostname'], {
      encoding: 'utf8',
    })
    expect(said).toBe('2345678\nmx9.posthouse.test\n')
    await eventually('ann@a.test', /^250/)
  })

  it('builds a map beside where many lines change, and changes it key by key where few do', async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `u${index}`)
    await send(domainWith(side, 'many.test', names))
    expect(await ask('u2999@many.test')).toMatch(/^250/)
    const gone = Object.fromEntries(names.slice(1).map((name) => [`${name}@many.test`, null]))
    await send([
      side.delta('smtp/senders', 'many.test', gone),
      side.delta('smtp/mailboxes', 'many.test', gone),
      side.delta('imap/users', 'many.test', gone),
    ])
    const { maps, users } = readNodeFiles(folder.dir)
    expect([...maps.mailboxes.keys()].filter((key) => key.endsWith('@many.test'))).toEqual(['u0@many.test'])
    expect([...users.keys()].filter((key) => key.endsWith('@many.test'))).toEqual(['u0@many.test'])
    expect(await recover(agent)).toEqual([])
  })

  it('asks for the full state where the node is another than expected, then takes it', async () => {
    side.linesOf('smtp/aliases', 'a.test').set('lost@a.test', 'ann@a.test')
    const [first] = (await send([side.delta('smtp/aliases', 'a.test', { 'info@a.test': 'ann@a.test' })])).domains
    expect(first).toMatchObject({ state: 'mismatch', maps: ['smtp/aliases'] })
    const [second] = (await send([side.full('smtp/aliases', 'a.test')])).domains
    expect(second).toMatchObject({ state: 'applied' })
    expect(readNodeFiles(folder.dir).maps.aliases.get('lost@a.test')).toBe('ann@a.test')
    expect(agent.store.hashOf('smtp/aliases', 'a.test').hash).toBe(side.hashOf('smtp/aliases', 'a.test'))
  })

  it('refuses a step back, and takes an older release of a later epoch', async () => {
    await expect(deliver(agent, request(0, []))).rejects.toThrow(StepBack)
    await deliver(agent, request(0, [], {}, 1))
    await expect(deliver(agent, request(release + 1, [], {}, 0))).rejects.toThrow('would be a step back')
    expect(agent.store.position()).toMatchObject({ epoch: 1, release: '0', auditHead: 'a'.repeat(64) })
  })
})
