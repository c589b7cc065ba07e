import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rfc2136Config } from '@/lib/dns/schema'
import type { DnsRecordData, RecordType } from '@/lib/dns/record'
import { formatZoneLine } from '@/lib/dns/zone-text'

/**
 * One RRset to change: `live` is what it held when it was read, and must still hold (`any`: something); `remove` is part of
 * it. Both are exact RDATA as read. With nothing to remove or add it only asks whether that holds.
 */
export interface UpdateRequest {
  zone: string
  name: string
  type: RecordType | 'SOA'
  live: readonly string[] | 'any'
  remove: readonly string[]
  add: readonly DnsRecordData[]
}

/** `changed`: somebody else wrote to it since it was read. `words` are nsupdate's own. */
export type UpdateResult =
  { status: 'done' } | { status: 'changed'; words: string } | { status: 'refused' | 'temperror'; words: string }

export type SendUpdate = (provider: Rfc2136Config, secret: string, request: UpdateRequest) => Promise<UpdateResult>

const TIMEOUT_MS = 15_000
/** Nothing of ours reaches the program; its messages come in English. */
const ENVIRONMENT: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }

function prerequisites(name: string, type: string, live: UpdateRequest['live']): string[] {
  if (live === 'any') return [`prereq yxrrset ${name}. IN ${type}`]
  if (live.length === 0) return [`prereq nxrrset ${name}. IN ${type}`]
  return live.map((rdata) => `prereq yxrrset ${name}. IN ${type} ${rdata}`)
}

/**
 * Commands for nsupdate. The prerequisites make it one atomic step: the update happens only while the RRset is exactly
 * what was read (RFC 2136 §2.4.1 to §2.4.3), so nothing that others wrote meanwhile is lost. RDATA comes
 * from formatters that let no line end through, and a line end in any of it is refused again here.
 */
export function formatUpdate(
  { server }: Rfc2136Config,
  { zone, name, type, live, remove, add }: UpdateRequest,
): string {
  const lines = [
    `server ${server.address} ${server.port}`,
    `zone ${zone}.`,
    ...prerequisites(name, type, live),
    ...remove.map((rdata) => `update delete ${name}. IN ${type} ${rdata}`),
    ...add.map((record) => `update add ${formatZoneLine(record)}`),
    'send',
  ]
  if (lines.some((line) => /[\x00-\x1f\x7f]/.test(line))) throw new Error('an update holds a control character')
  return `${lines.join('\n')}\n`
}

function formatKeyFile({ keyName, algorithm }: Rfc2136Config, secret: string): string {
  if (!/^[a-z0-9_.-]+$/.test(keyName) || !/^[A-Za-z0-9+/=]+$/.test(secret)) throw new Error('malformed TSIG key')
  return `key "${keyName}" {\n  algorithm ${algorithm};\n  secret "${secret}";\n};\n`
}

function run(args: string[], input: string): Promise<{ code: number | null; words: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('nsupdate', args, {
      env: ENVIRONMENT as NodeJS.ProcessEnv,
      timeout: TIMEOUT_MS,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let words = ''
    const collect = (chunk: Buffer) => {
      if (words.length < 4_000) words += chunk.toString('latin1')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, words: words.trim() })
    })
    // The program may end before it has read everything; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function readResult(code: number | null, words: string): UpdateResult {
  if (code === 0) return { status: 'done' }
  if (/NXRRSET|YXRRSET|NXDOMAIN|YXDOMAIN/.test(words)) return { status: 'changed', words }
  if (/REFUSED|NOTAUTH|NOTZONE|BADKEY|BADSIG|BADTIME|tsig|FORMERR/i.test(words)) return { status: 'refused', words }
  return { status: 'temperror', words: words || `nsupdate ended with ${code ?? 'a signal'}` }
}

/**
 * Sends one update over TCP, signed with TSIG (RFC 8945). The key goes by a 0600 file in a folder of its own that is
 * removed afterwards: a command line could be read by every user of the machine. Rejects where nsupdate is not installed.
 */
export const sendUpdate: SendUpdate = async (provider, secret, request) => {
  const folder = await mkdtemp(join(tmpdir(), 'posthouse-tsig-'))
  try {
    const keyFile = join(folder, 'key')
    await writeFile(keyFile, formatKeyFile(provider, secret), { mode: 0o600 })
    const { code, words } = await run(['-v', '-t', '10', '-k', keyFile], formatUpdate(provider, request))
    return readResult(code, words)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
