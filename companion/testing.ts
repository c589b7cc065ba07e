import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { appendFileSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MailService } from '@/lib/agent-protocol/maps'
import { accountIds } from './accounts'
import { runCommand } from './command'
import { startStack as startNativeStack, type Stack } from './native/stack'
import { requireListen } from './render/listen'
import { putMapEntries } from './stores'

/** For tests: the whole companion in a folder of its own, which is removed with `end`. */
export interface TestStack extends Stack {
  stateFolder: string
  reports: string[]
  end: () => Promise<void>
}

/** Starts every companion server in a temporary folder; with `agentFile` also the agents of mx1 and imap1. */
export async function startStack(options: { agentFile?: string } = {}): Promise<TestStack> {
  // Not below a closed folder: the daemons' accounts must reach it; and short, for the names of sockets.
  const stateFolder = mkdtempSync(join(tmpdir(), 'ph-'))
  await runCommand('chmod', ['755', stateFolder])
  const reports: string[] = []
  const stack = await startNativeStack({
    stateFolder,
    agentFile: options.agentFile ?? null,
    checkout: fileURLToPath(new URL('..', import.meta.url)),
    report: (words) => reports.push(words),
  })
  const end = async () => {
    await stack.stop()
    rmSync(stateFolder, { recursive: true, force: true })
  }
  return { ...stack, stateFolder, reports, end }
}

/** A hosted domain without any address, with its home on imap1. */
export async function addDomain(stack: Stack, domain: string): Promise<void> {
  const { paths } = stack.nodes.mx1
  const { host, port } = requireListen(stack.nodes.imap1.config, 'lmtp')
  await putMapEntries(paths, 'homes', { [domain]: `lmtp:inet:[${host}]:${port}` })
  await putMapEntries(paths, 'domains', { [domain]: 'hosted' })
  // A domain is not seen by an smtpd that looked it up before (MAIL: domains need a reload).
  await runCommand('postfix', ['-c', paths.postfix, 'reload'])
}

/** The hash of a random password, as the agent would store it. */
export function passwordHash(password: string): string {
  return `{SHA256}${createHash('sha256').update(password).digest('base64')}`
}

interface TestUser {
  password?: string | null
  services?: readonly MailService[]
  quotaBytes?: number
  /** Nodes that know the user; both unless a test wants them to differ. */
  on?: readonly ('mx1' | 'imap1')[]
}

/** A mailbox: recipient, sender and user. Returns its password. */
export async function addMailbox(stack: Stack, address: string, user: TestUser = {}): Promise<string> {
  const { paths } = stack.nodes.mx1
  const home = randomBytes(8).toString('hex')
  const password = user.password ?? randomBytes(9).toString('base64url')
  await putMapEntries(paths, 'mailboxes', { [address]: `${home}/` })
  await putMapEntries(paths, 'senders', { [address]: address })
  const services = `,${(user.services ?? ['imap', 'pop3', 'smtp', 'sieve', 'lmtp']).join(',')},`
  for (const name of user.on ?? ['mx1', 'imap1']) {
    const hash = user.password === null ? null : passwordHash(password)
    const row = [address, domainOf(address), home, 'maildir', user.quotaBytes ?? 0, services, hash] as const
    write(stack, name, 'INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?)', row)
  }
  return password
}

/** Another log-in of a mailbox. */
export function addCredential(stack: Stack, login: string, address: string, services: readonly MailService[]): string {
  const password = randomBytes(9).toString('base64url')
  const row = [login, domainOf(address), address, `,${services.join(',')},`, passwordHash(password)] as const
  for (const name of ['mx1', 'imap1'] as const) {
    write(stack, name, 'INSERT OR REPLACE INTO credentials VALUES (?, ?, ?, ?, ?)', row)
  }
  return password
}

/** A DKIM key that mx1 signs the domain with, published in the lab's DNS. */
export async function addDkimKey(stack: Stack, domain: string, selector: string): Promise<void> {
  const { paths } = stack.nodes.mx1
  const id = randomUUID()
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const file = join(paths.dkimKeys, `${id}.pem`)
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const { uid, gid } = accountIds('opendkim')
  chownSync(file, uid, gid)
  appendFileSync(paths.keyTable, `${id} ${domain}:${selector}:${file}\n`)
  appendFileSync(paths.signingTable, `*@${domain} ${id}\n`)
  const pid = stack.supervisors.mx1.pidOf('opendkim-sign')
  if (pid === undefined) throw new Error('the signing OpenDKIM does not run')
  process.kill(pid, 'SIGUSR1')
  const text = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
  await publish(
    stack,
    `${selector}._domainkey.${domain}.`,
    'TXT',
    (text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(' '),
  )
}

/** Puts a record into the lab's zone. */
export async function publish(stack: Stack, name: string, type: string, data: string): Promise<void> {
  const { server, port, tsigName, tsigAlgorithm, tsigSecret } = stack.report.lab.dns
  const input = `server ${server} ${port}\nzone test.\nupdate add ${name} 5 ${type} ${data}\nsend\n`
  await runCommand('nsupdate', ['-y', `${tsigAlgorithm}:${tsigName}:${tsigSecret}`], { input })
}

/** The message with this subject that came to a node's mailboxes, as it lies there. Throws where none comes within 10 s. */
export async function delivered(stack: Stack, node: 'imap1' | 'probe' | 'elsewhere', subject: string): Promise<string> {
  const { mail } = stack.nodes[node].paths
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    await sleep(50)
    for (const name of readdirSync(mail, { recursive: true, encoding: 'utf8' })) {
      if (!/\/(new|cur)\/./.test(name)) continue
      const text = readFileSync(join(mail, name), 'utf8')
      if (text.includes(`Subject: ${subject}\n`)) return text
    }
  }
  throw new Error(`no message ${subject} on ${node}`)
}

/** The first line of mx1's Postfix that matches. Throws where none does within 15 s. */
export async function logged(stack: Stack, words: RegExp): Promise<string> {
  for (const until = Date.now() + 15_000; Date.now() < until;) {
    await sleep(50)
    const line = readFileSync(join(stack.nodes.mx1.paths.log, 'postfix.log'), 'utf8')
      .split('\n')
      .find((text) => words.test(text))
    if (line !== undefined) return line
  }
  throw new Error(`the log does not say ${words}`)
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

function write(stack: Stack, name: 'mx1' | 'imap1', sql: string, row: readonly (string | number | null)[]): void {
  const database = new DatabaseSync(stack.nodes[name].paths.users)
  try {
    database.prepare(sql).run(...row)
  } finally {
    database.close()
  }
}
