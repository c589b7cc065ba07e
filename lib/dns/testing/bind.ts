import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAsk } from '@/lib/dns/ask'
import type { DnsServer } from '@/lib/dns/answer'
import { end, freePort, untilUp } from '@/lib/dns/testing/daemon'

/** A name server of a test: BIND in a temporary folder, on a free port of 127.0.0.1. */
export interface TestBind extends DnsServer {
  keyName: string
  secret: string
  stop(): Promise<void>
}

const KEY_NAME = 'panel-test'
const SECRET = Buffer.from('a TSIG secret of the tests, 32 b').toString('base64')

function configuration(dir: string, port: number, zones: Record<string, string>): string {
  const signing = 'dnssec-policy default; inline-signing yes;'
  const zone = (name: string) =>
    `zone "${name}" { type primary; file "${name}.zone"; update-policy { grant ${KEY_NAME} zonesub ANY; }; ${name.startsWith('signed.') ? signing : ''} };`
  return `
key "${KEY_NAME}" { algorithm hmac-sha256; secret "${SECRET}"; };
options {
  directory "${dir}"; pid-file none; session-keyfile none; lock-file none; managed-keys-directory "${dir}";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; notify no; empty-zones-enable no; dnssec-validation no; minimal-responses yes;
};
controls { };
${Object.keys(zones).map(zone).join('\n')}
`
}

/** Starts a server for zones, given as text of their records; SOA (negative TTL 2 s) and NS are added. A zone `signed.…` is signed. */
export async function startBind(zones: Record<string, string>): Promise<TestBind> {
  const dir = await mkdtemp(join(tmpdir(), 'posthouse-bind-'))
  const port = await freePort()
  const head = '$TTL 5\n@ IN SOA ns h 1 3600 600 86400 2\n@ IN NS ns\nns IN A 127.0.0.1\n'
  for (const [name, records] of Object.entries(zones)) await writeFile(join(dir, `${name}.zone`), `${head}${records}\n`)
  await writeFile(join(dir, 'named.conf'), configuration(dir, port, zones), { mode: 0o600 })
  // AppArmor lets the program in Debian's place read nothing here; its profile does not hold for a copy.
  const program = join(dir, 'named')
  await copyFile('/usr/sbin/named', program)
  const child = spawn(program, ['-g', '-n', '1', '-c', join(dir, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)))
  const server = { address: '127.0.0.1', port }
  const [zone = ''] = Object.keys(zones)
  const ask = createAsk({ timeoutMs: 500, attempts: 1 })
  const isUp = async () => (await ask(server, zone, 'SOA', 'authoritative')).status === 'answer'
  if (!(await untilUp(child, isUp))) throw new Error(`BIND did not start:\n${log}`)
  return {
    ...server,
    keyName: KEY_NAME,
    secret: SECRET,
    stop: async () => {
      await end(child)
      await rm(dir, { recursive: true, force: true })
    },
  }
}
