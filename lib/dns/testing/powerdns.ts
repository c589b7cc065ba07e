import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DnsServer } from '@/lib/dns/answer'
import { end, freePort, untilUp } from '@/lib/dns/testing/daemon'

/** One RRset as the API takes it. */
export interface TestRrset {
  name: string
  type: string
  ttl?: number
  contents: string[]
  /** Stored, not served. */
  disabled?: string[]
}

/** A PowerDNS Authoritative of a test, in a temporary folder. */
export interface TestPowerdns extends DnsServer {
  url: string
  key: string
  /** One request to the API; its JSON. Rejects where it is refused. */
  api(method: string, path: string, body?: unknown): Promise<unknown>
  stop(): Promise<void>
}

const KEY = 'an API key of the tests'
const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'

/** Where a test's server listens (a free port of 127.0.0.1 unless told) and what else stands in its pdns.conf. */
interface PowerdnsOptions extends Partial<DnsServer> {
  settings?: Record<string, string | number>
}

function configuration(folder: string, dns: DnsServer, apiPort: number, more: PowerdnsOptions['settings']): string {
  const settings = {
    daemon: 'no',
    guardian: 'no',
    launch: 'gsqlite3',
    'gsqlite3-database': join(folder, 'pdns.db'),
    'gsqlite3-dnssec': 'yes',
    'local-address': dns.address,
    'local-port': dns.port,
    'socket-dir': folder,
    'write-pid': 'no',
    api: 'yes',
    'api-key': KEY,
    webserver: 'yes',
    'webserver-address': '127.0.0.1',
    'webserver-port': apiPort,
    'webserver-allow-from': '127.0.0.1',
    'security-poll-suffix': '',
    'zone-cache-refresh-interval': 0,
    'default-soa-content': 'ns.@ hostmaster.@ 0 3600 600 86400 2',
    ...more,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** A zone for {@link startPowerdns}. A signed one is not made consistent by the API itself: whoever changes it has to ask for that. */
export interface TestZone {
  rrsets?: TestRrset[]
  isSigned?: boolean
}

function formatRrset({ name, type, ttl = 300, contents, disabled = [] }: TestRrset) {
  const records = [
    ...contents.map((content) => ({ content, disabled: false })),
    ...disabled.map((content) => ({ content, disabled: true })),
  ]
  return { name: `${name}.`, type, ttl, changetype: 'REPLACE', records }
}

/** Starts a server for zones by name, its API on a free port of 127.0.0.1. */
export async function startPowerdns(
  zones: Record<string, TestZone>,
  { address = '127.0.0.1', port: wanted, settings }: PowerdnsOptions = {},
): Promise<TestPowerdns> {
  const folder = await mkdtemp(join(tmpdir(), 'posthouse-pdns-'))
  const [port, apiPort] = [wanted ?? (await freePort()), await freePort()]
  const database = new DatabaseSync(join(folder, 'pdns.db'))
  database.exec(await readFile(SCHEMA, 'utf8'))
  database.close()
  await writeFile(join(folder, 'pdns.conf'), configuration(folder, { address, port }, apiPort, settings), {
    mode: 0o600,
  })
  const child = spawn('pdns_server', [`--config-dir=${folder}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)))
  const url = `http://127.0.0.1:${apiPort}`
  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/servers/localhost${path}`, {
      method,
      headers: { 'X-API-Key': KEY },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? null : (JSON.parse(text) as unknown)
  }
  const isUp = () =>
    api('GET', '').then(
      () => true,
      () => false,
    )
  if (!(await untilUp(child, isUp))) throw new Error(`PowerDNS did not start:\n${log}`)
  for (const [name, { rrsets = [], isSigned = false }] of Object.entries(zones)) {
    await api('POST', '/zones', {
      name: `${name}.`,
      kind: 'Native',
      nameservers: [`ns.${name}.`],
      dnssec: isSigned,
      api_rectify: false,
      rrsets: [{ name: `ns.${name}`, type: 'A', contents: [address] }, ...rrsets].map(formatRrset),
    })
  }
  return {
    address,
    port,
    url,
    key: KEY,
    api,
    stop: async () => {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
