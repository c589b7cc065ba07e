import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMPTY_HASH } from '@/lib/agent-protocol/hash'
import { closeAgent, openAgent } from './agent'
import { deliver } from './deliver'
import { recover } from './recover'
import { readNodeFiles, type NodeFiles } from './testing/node-files'
import { makeNodeFolder } from './testing/node-folder'
import { createWorkerSide, domainWith, request, storageId, user } from './testing/worker-side'

const DOMAIN = 'a.test'
const REFUSED = '550 5.1.1 This address does not exist'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const pemHash = createHash('sha256').update(pem).digest('hex')
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const otherHash = createHash('sha256').update(other).digest('hex')

/** Two deliveries that between them use every step in both directions. */
function story() {
  const side = createWorkerSide()
  const [first, second] = [randomUUID(), randomUUID()]
  const gone = `gone@${DOMAIN}`
  const kept = `kept@${DOMAIN}`
  const fresh = `new@${DOMAIN}`
  const before = request(
    1,
    [
      ...domainWith(side, DOMAIN, ['gone', 'kept']),
      ...domainWith(side, 'leaving.test', ['last']),
      side.delta('smtp/aliases', DOMAIN, {
        [gone]: gone,
        [kept]: kept,
        [`@${DOMAIN}`]: kept,
        [`info@${DOMAIN}`]: kept,
      }),
      side.delta('smtp/access', DOMAIN, { [`old@${DOMAIN}`]: REFUSED }),
      side.delta('dkim/keys', DOMAIN, { [first]: pemHash }),
      side.delta('dkim/keytable', DOMAIN, { [first]: `${DOMAIN}:s1` }),
      side.delta('dkim/signingtable', DOMAIN, { [`*@${DOMAIN}`]: first }),
    ],
    { [first]: pem },
  )
  const beforeInFull = [...side.pairs()].map(([map, domain]) => side.full(map, domain))
  const after = request(
    2,
    [
      ...domainWith(side, 'coming.test', ['first']),
      side.delta('smtp/aliases', 'coming.test', {
        '@coming.test': 'first@coming.test',
        'first@coming.test': 'first@coming.test',
      }),
      // One mailbox goes, one comes, the alias follows.
      side.delta('smtp/mailboxes', DOMAIN, { [gone]: null, [fresh]: `${storageId(fresh)}/` }),
      side.delta('smtp/senders', DOMAIN, { [gone]: null, [fresh]: fresh }),
      side.delta('smtp/aliases', DOMAIN, { [gone]: null, [fresh]: fresh, [`info@${DOMAIN}`]: `${fresh},${kept}` }),
      side.delta('smtp/access', DOMAIN, { [gone]: REFUSED, [`old@${DOMAIN}`]: null }),
      side.delta('imap/users', DOMAIN, { [gone]: null, [fresh]: user(fresh), [kept]: user(kept, null, ['lmtp']) }),
      side.delta('dkim/keys', DOMAIN, { [first]: null, [second]: otherHash }),
      side.delta('dkim/keytable', DOMAIN, { [first]: null, [second]: `${DOMAIN}:s2` }),
      side.delta('dkim/signingtable', DOMAIN, { [`*@${DOMAIN}`]: second }),
      // A domain goes as a whole.
      side.delta('smtp/domains', 'leaving.test', { 'leaving.test': null }),
      side.delta('smtp/homes', 'leaving.test', { 'leaving.test': null }),
      side.delta('smtp/mailboxes', 'leaving.test', { 'last@leaving.test': null }),
      side.delta('smtp/senders', 'leaving.test', { 'last@leaving.test': null }),
      side.delta('imap/users', 'leaving.test', { 'last@leaving.test': null }),
    ],
    { [second]: other },
  )
  const isNew = (map: string, domain: string) => !beforeInFull.some((one) => one.map === map && one.domain === domain)
  const emptied = [...side.pairs()].filter(([map, domain]) => isNew(map, domain))
  const nothing = emptied.map(([map, domain]) => ({
    map,
    domain,
    mode: 'full' as const,
    puts: [],
    deletes: [],
    hash: EMPTY_HASH,
  }))
  // The same release again: nothing was told that the first try had arrived.
  const back = request(2, [...beforeInFull, ...nothing], { [first]: pem })
  return { before, after, back }
}

/** What must hold at every moment, whatever has been written so far (MAIL rules 7, 8, 20, 24). */
function illegalities({ maps, users, keyTable, signingTable }: NodeFiles): string[] {
  const wrong: string[] = []
  const say = (isLegal: boolean, words: string) => {
    if (!isLegal) wrong.push(words)
  }
  for (const key of maps.mailboxes.keys()) {
    say(users.has(key), `mailbox ${key} has no user: its mail would bounce`)
    const catchAll = maps.aliases.get(key.slice(key.indexOf('@')))
    say(catchAll === undefined || maps.aliases.has(key) || maps.access.has(key), `the catch-all swallows ${key}`)
  }
  for (const [key, value] of maps.aliases)
    for (const target of value.split(',')) {
      // An identity line alone takes the mail as well: Postfix accepts the address and hands it to its home.
      const isThere = target === key ? users.has(key) : maps.mailboxes.has(target)
      say(isThere || maps.access.has(key), `alias ${key} leads to ${target}, which is not there`)
    }
  for (const [key, value] of maps.senders)
    for (const login of value.split(',')) say(users.has(login), `${key} may be sent as by ${login}, who is not there`)
  for (const domain of maps.domains.keys()) say(maps.homes.has(domain), `domain ${domain} has no home`)
  if (maps.aliases.has(`@${DOMAIN}`) && !maps.mailboxes.has(`gone@${DOMAIN}`))
    say(maps.access.has(`gone@${DOMAIN}`), 'mail of a deleted address falls to the catch-all')
  for (const [pattern, id] of signingTable)
    say(keyTable.has(id), `signing table: ${pattern} names ${id}, which is not there`)
  for (const [id, value] of keyTable)
    say(existsSync(value.split(':')[2] ?? ''), `key table: the file of ${id} is not there`)
  return wrong
}

describe('an agent that is killed', () => {
  let child = ''
  const folders: { remove: () => void }[] = []
  beforeAll(() => {
    const { dir, remove } = makeNodeFolder()
    folders.push({ remove })
    child = join(dir, 'child.mjs')
    buildSync({
      entryPoints: [join(import.meta.dirname, 'testing', 'crash-child.ts')],
      outfile: child,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      logLevel: 'error',
    })
  })
  afterAll(() => folders.forEach(({ remove }) => remove()))

  const runChild = (dir: string, at: number, file?: string) => {
    const result = spawnSync(process.execPath, [child, dir, String(at), ...(file ? [file] : [])], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    return {
      wasKilled: result.signal === 'SIGKILL',
      steps: result.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
      words: result.stderr,
    }
  }

  async function nodeAtStart() {
    const { before, after, back } = story()
    const folder = makeNodeFolder()
    folders.push(folder)
    const agent = openAgent(folder.dir, { log: () => undefined, reload: () => Promise.resolve(true) })
    await recover(agent)
    const answer = await deliver(agent, before)
    expect(answer.domains.filter(({ state }) => state !== 'applied')).toEqual([])
    closeAgent(agent)
    const file = join(folder.dir, 'delivery.json')
    writeFileSync(file, JSON.stringify(after))
    return { dir: folder.dir, file, after, back }
  }

  it('leaves every state in between legal, and its restart ends at the old or the new one', async () => {
    const whole = await nodeAtStart()
    const { steps, words } = runChild(whole.dir, 0, whole.file)
    expect(words).toBe('')
    expect(steps.length).toBeGreaterThan(20)
    const wanted = readNodeFiles(whole.dir)
    expect(illegalities(wanted)).toEqual([])

    const node = await nodeAtStart()
    const old = readNodeFiles(node.dir)
    for (let at = 1; at <= steps.length; at += 1) {
      const killed = runChild(node.dir, at, node.file)
      expect(killed.wasKilled, `step ${at}: ${killed.words}`).toBe(true)
      expect(illegalities(readNodeFiles(node.dir)), `killed at ${steps[at - 1]}`).toEqual([])

      const agent = openAgent(node.dir, { log: () => undefined, reload: () => Promise.resolve(true) })
      await recover(agent)
      const found = shapeOf(readNodeFiles(node.dir))
      expect(found, `restarted after ${steps[at - 1]}`).toEqual(
        shapeOf(steps[at - 1] === 'before intent' ? old : wanted),
      )
      const again = await deliver(agent, node.after)
      expect(again.domains.filter(({ state }) => state !== 'applied')).toEqual([])
      if (at % 8 === 0) expect(shapeOf(readNodeFiles(node.dir))).toEqual(shapeOf(wanted))
      const back = await deliver(agent, node.back)
      expect(back.domains.filter(({ state }) => state !== 'applied')).toEqual([])
      closeAgent(agent)
    }
    expect(shapeOf(readNodeFiles(node.dir))).toEqual(shapeOf(old))
  }, 180_000)

  it('may be killed again while it recovers', async () => {
    const node = await nodeAtStart()
    const { steps } = runChild((await nodeAtStart()).dir, 0, node.file)
    const middle = steps.indexOf('after mailboxes.put') + 1
    expect(runChild(node.dir, middle, node.file).wasKilled).toBe(true)
    for (let at = 1; at < steps.length - 6; at += 5) {
      expect(runChild(node.dir, at).wasKilled).toBe(true)
      expect(illegalities(readNodeFiles(node.dir))).toEqual([])
    }
    const agent = openAgent(node.dir, { log: () => undefined, reload: () => Promise.resolve(true) })
    await recover(agent)
    expect(readNodeFiles(node.dir).maps.mailboxes.has(`new@${DOMAIN}`)).toBe(true)
    expect(await recover(agent)).toEqual([])
    closeAgent(agent)
  })

  it('finds and repairs what was changed behind its back', async () => {
    const node = await nodeAtStart()
    const wanted = shapeOf(readNodeFiles(node.dir))
    const map = `lmdb:${join(node.dir, 'maps', 'aliases')}`
    spawnSync('/usr/sbin/postmap', ['-c', join(node.dir, 'agent', 'postmap'), '-i', '-r', map], {
      input: 'kept@a.test thief@elsewhere.test\n',
    })
    expect(readNodeFiles(node.dir).maps.aliases.get('kept@a.test')).toBe('thief@elsewhere.test')
    const agent = openAgent(node.dir, { log: () => undefined, reload: () => Promise.resolve(true) })
    expect(await recover(agent)).toEqual(['smtp/aliases'])
    expect(shapeOf(readNodeFiles(node.dir))).toEqual(wanted)
    closeAgent(agent)
  })

  it('asks for a key whose file is lost, and keeps its tables so that nothing goes out unsigned', async () => {
    const node = await nodeAtStart()
    const { keyTable, signingTable } = readNodeFiles(node.dir)
    const [row = ''] = keyTable.values()
    rmSync(row.split(':')[2] ?? '')
    const agent = openAgent(node.dir, { log: () => undefined, reload: () => Promise.resolve(true) })
    await recover(agent)
    expect(agent.store.hashOf('dkim/keys', DOMAIN)).toEqual({ hash: EMPTY_HASH, count: 0 })
    expect([...readNodeFiles(node.dir).signingTable]).toEqual([...signingTable])

    const [answer] = (await deliver(agent, node.back)).domains
    expect(answer).toMatchObject({ domain: DOMAIN, state: 'applied' })
    expect(illegalities(readNodeFiles(node.dir))).toEqual([])
    expect([...readNodeFiles(node.dir).keyTable]).toEqual([...keyTable])
    closeAgent(agent)
  })
})

/** Without what differs by the folder of a node and by random ids. */
function shapeOf({ maps, users, credentials, keyTable, signingTable }: NodeFiles) {
  const names = [...keyTable.keys()]
  return {
    maps,
    users,
    credentials,
    keyTable: [...keyTable.values()].map((value) => value.split(':').slice(0, 2)),
    signingTable: [...signingTable].map(([pattern, id]) => [pattern, names.indexOf(id)]),
  }
}
