import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAsk } from '@/lib/dns/ask'
import { lexiconProvider } from '@/lib/dns/providers/lexicon'
import { LEXICON_SERVICES } from '@/lib/dns/providers/lexicon-services'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import type { RecordType } from '@/lib/dns/record'
import { startPowerdns, type TestPowerdns } from '@/lib/dns/testing/powerdns'

const run = promisify(execFile)
const ask = createAsk({ timeoutMs: 2_000, attempts: 2 })
// lexicon knows zones below public suffixes alone.
const ZONE = 'posthouse-lexicon.org'
/** Each call starts a Python program, a second or more on a busy machine. */
const SLOW = 240_000
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'

let server: TestPowerdns
beforeAll(async () => {
  server = await startPowerdns({
    [ZONE]: {
      rrsets: [
        { name: ZONE, type: 'TXT', contents: ['"site=1"', '"v=spf1 include:x.test -all"'] },
        { name: `split.${ZONE}`, type: 'TXT', contents: ['"part one " "part two"'] },
        { name: `alias.${ZONE}`, type: 'CNAME', contents: ['elsewhere.test.'] },
      ],
    },
  })
})
afterAll(() => server.stop())

function open(token = server.key) {
  const config = { service: 'powerdns', zone: null, ttlSeconds: 60, authoritative: [server] }
  const credential = JSON.stringify({ auth_token: token, pdns_server: server.url })
  return lexiconProvider(config, credential, { ask, resolvers: [] })
}
const publish = (set: RrsetToPublish) => publishRrset(open(), ZONE, set)
const own = (name: string, type: RecordType, value: string): RrsetToPublish => ({
  name,
  type,
  ttlSeconds: 60,
  rows: [{ purpose: 'own', value }],
})

async function served(name: string, type: RecordType = 'TXT') {
  const answer = await ask(server, name, type, 'authoritative')
  return answer.status === 'answer' ? answer.records.map(({ rdata }) => rdata).sort() : answer.status
}

test('extends the SPF record of others and leaves the text beside it', { timeout: SLOW }, async () => {
  expect(await open().findZone(`a.${ZONE}`)).toEqual({ status: 'found', zone: ZONE })
  const set: RrsetToPublish = { name: ZONE, type: 'TXT', ttlSeconds: 60, rows: [{ purpose: 'spf', value: SPF }] }
  expect(await publish(set)).toEqual({ status: 'published', words: '' })
  expect(await served(ZONE)).toEqual(['"site=1"', '"v=spf1 ip4:192.0.2.1 include:x.test -all"'])
  expect(await publish(set)).toEqual({ status: 'unchanged', words: '' })
})

test('publishes and takes away', { timeout: SLOW }, async () => {
  const key = `v=DKIM1; k=rsa; p=${'A/'.repeat(196)}`
  const sets = [
    own(`s1._domainkey.${ZONE}`, 'TXT', key),
    own(ZONE, 'MX', `10 mx.${ZONE}.`),
    own(`_imaps._tcp.${ZONE}`, 'SRV', `0 1 993 mx.${ZONE}.`),
  ]
  for (const set of sets) {
    expect([set.type, await publish(set)]).toEqual([set.type, { status: 'published', words: '' }])
    const answer = await ask(server, set.name, set.type, 'authoritative')
    expect(answer).toMatchObject({ status: 'answer', records: [{ value: set.rows[0]?.value, ttlSeconds: 60 }] })
  }
  for (const set of sets.slice(0, 1)) {
    const gone = { ...set, rows: set.rows.map((row) => ({ ...row, purpose: 'withdrawn' as const })) }
    expect([set.type, await publish(gone)]).toEqual([set.type, { status: 'published', words: '' }])
    expect(await served(set.name, set.type)).toMatch(/nodata|nxdomain/)
  }
})

test('leaves an alias, and a name whose text it would write back broken', { timeout: SLOW }, async () => {
  expect(await publish(own(`alias.${ZONE}`, 'TXT', 'x'))).toEqual({ status: 'kept', words: 'alias' })
  expect(await publish(own(`split.${ZONE}`, 'TXT', 'x'))).toMatchObject({ status: 'refused' })
  expect(await served(`split.${ZONE}`)).toEqual(['"part one " "part two"'])
})

test(
  'what the service made of a record is read back: an alias to elsewhere that lexicon gets wrong is told',
  { timeout: SLOW },
  async () => {
    expect(await publish(own(`www.${ZONE}`, 'CNAME', 'elsewhere.test.'))).toMatchObject({ status: 'partial' })
  },
)

test(
  'a wrong key is refused in the service’s words, and is in none of them nor on a command line',
  { timeout: SLOW },
  async () => {
    const calls: string[] = []
    let isOver = false
    const watch = async () => {
      while (!isOver)
        for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)))
          calls.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
    }
    const watching = watch()
    const outcome = await open('wrong-but-secret').read(ZONE, ZONE, 'TXT')
    isOver = true
    await watching
    expect(outcome).toMatchObject({ status: 'refused', words: expect.stringContaining('401') as string })
    expect(JSON.stringify(outcome)).not.toContain('wrong-but-secret')
    expect(calls.some((line) => line.includes('lexicon\0--config-dir'))).toBe(true)
    expect(calls.filter((line) => line.includes('wrong-but-secret'))).toEqual([])
  },
)

test('the list of services is that of the installed program', { timeout: SLOW }, async () => {
  const script = `
import argparse, importlib, json
from lexicon import discovery
found = {}
for name, ok in discovery.find_providers().items():
    if ok and name != 'auto':
        parser = argparse.ArgumentParser(add_help=False)
        importlib.import_module('lexicon.providers.' + name).provider_parser(parser)
        found[name] = [a.dest for a in parser._actions]
print(json.dumps(found))`
  const { stdout } = await run('/usr/bin/python3', ['-c', script])
  const installed = JSON.parse(stdout) as Record<string, string[]>
  const listed = Object.fromEntries(
    LEXICON_SERVICES.map(({ id, options, presets }) => [
      id,
      [...options.map(({ option }) => option), ...Object.keys(presets)],
    ]),
  )
  expect(listed).toEqual(installed)
})
