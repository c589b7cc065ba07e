import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeConfig, nodePaths, type NodeConfig, type NodePaths } from '@/lib/agent-protocol/node-config'
import { accountIds, MAIL_UID } from './accounts'
import { runCommand } from './command'
import type { DaemonSpec } from './daemon'
import { copyProgram, ensureFolder, writeRendered } from './files'
import { accepts } from './probe-socket'
import { renderDovecot } from './render/dovecot'
import { requireListen } from './render/listen'
import type { RenderedFile } from './render/rendered'
import { renderSmtp } from './render/smtp'
import { ensureStores } from './stores'
import { readTemplates } from './templates'
import { ensureCertificate, ensureNextKey } from './tls'

export interface PreparedNode {
  config: NodeConfig
  paths: NodePaths
  daemons: DaemonSpec[]
}

/** Reads `node.json` of a node's folder. Throws an Error that says what is wrong with it. */
export function readNodeConfig(dir: string): NodeConfig {
  return nodeConfig.parse(JSON.parse(readFileSync(nodePaths(dir).config, 'utf8')))
}

/** Unix sockets have 107 characters for their path; Dovecot's longest name below `dir` takes 40 of them. */
const LONGEST_FOLDER = 66

/** Throws where the daemons' accounts could not reach `dir`, or their sockets could not have a name there. */
export function assertUsableFolder(dir: string): void {
  if (!/^\/[A-Za-z0-9._/-]+$/.test(dir))
    throw new Error(`The folder ${dir} has characters that mail daemons cannot take`)
  if (dir.length > LONGEST_FOLDER)
    throw new Error(`The folder ${dir} is too long: ${LONGEST_FOLDER} characters at most`)
  for (let folder = dir; folder !== '/'; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) {
      throw new Error(`The mail daemons cannot reach ${dir}: ${folder} is closed to others`)
    }
  }
}

/**
 * Brings a node's folder to what its `node.json` says (base configuration, certificate, empty stores) and returns the
 * daemons to run. Does nothing to what stands already.
 */
export async function prepareNode(dir: string): Promise<PreparedNode> {
  assertUsableFolder(dir)
  const config = readNodeConfig(dir)
  const paths = nodePaths(dir)
  const templates = readTemplates()
  const isSmtp = config.roles.includes('smtp')
  makeFolders(dir, paths, config)
  await ensureCertificate(paths.tls, config.hostName)
  if (isSmtp) ensureNextKey(paths.tls)
  writeRendered(dir, [
    ...renderDovecot(templates, config, dir),
    ...(isSmtp ? renderSmtp(templates, config, dir) : []),
    ...doveadmKey(paths),
    ...(isSmtp ? srsSecret(paths) : []),
  ])
  await ensureStores(config, paths)
  return {
    config,
    paths,
    daemons: [
      dovecot(config, paths),
      ...(isSmtp ? [...milters(dir, paths), postsrsd(dir, config, paths), postfix(dir, config, paths)] : []),
    ],
  }
}

function makeFolders(dir: string, paths: NodePaths, config: NodeConfig): void {
  for (const folder of [paths.run, paths.log, paths.dovecot, join(paths.dovecot, 'sieve-before')])
    ensureFolder(folder, 0o755)
  if (config.roles.includes('imap')) ensureFolder(paths.mail, 0o700, MAIL_UID, MAIL_UID)
  if (!config.roles.includes('smtp')) return
  const postfix = accountIds('postfix')
  const opendkim = accountIds('opendkim')
  ensureFolder(join(dir, 'spool', 'postfix'), 0o755)
  ensureFolder(join(dir, 'spool', 'postfix-data'), 0o755, postfix.uid, 0)
  // Set-group-id: a socket made in there belongs to Postfix's group, and nobody else may ask for signatures.
  ensureFolder(join(paths.run, 'opendkim-sign'), 0o2750, opendkim.uid, postfix.gid)
  ensureFolder(join(paths.run, 'opendkim-sign-ed25519'), 0o2750, opendkim.uid, postfix.gid)
  ensureFolder(join(paths.run, 'opendkim-verify'), 0o2750, opendkim.uid, postfix.gid)
  ensureFolder(join(paths.run, 'opendmarc'), 0o2750, accountIds('opendmarc').uid, postfix.gid)
}

/** The key of doveadm's HTTP interface, made once. */
function doveadmKey(paths: NodePaths) {
  if (existsSync(join(paths.dovecot, 'doveadm-key.conf'))) return []
  const text = `doveadm_api_key = ${randomBytes(24).toString('base64url')}\n`
  return [{ path: 'etc/dovecot/doveadm-key.conf', text, mode: 0o600 }]
}

/** The secret of the addresses that mail is forwarded with, made once: answers come back for weeks. */
function srsSecret(paths: NodePaths): RenderedFile[] {
  if (existsSync(paths.srsSecret)) return []
  return [{ path: 'etc/postsrsd/secret', text: `${randomBytes(24).toString('base64url')}\n`, mode: 0o600 }]
}

function dovecot(config: NodeConfig, paths: NodePaths): DaemonSpec {
  const imap = config.roles.includes('imap') ? requireListen(config, 'imap') : null
  return {
    name: 'dovecot',
    command: ['/usr/sbin/dovecot', '-F', '-c', join(paths.dovecot, 'dovecot.conf')],
    isUp: () => accepts(imap ?? { path: join(paths.run, 'dovecot', 'postfix-auth') }),
    graceMs: 4_000,
  }
}

function milters(dir: string, paths: NodePaths): DaemonSpec[] {
  const milter = (name: string, command: readonly string[]): DaemonSpec => ({
    name,
    command,
    isUp: () => accepts({ path: join(paths.run, name, 'socket') }),
    // libmilter looks for the signal every five seconds only, and there is nothing that it could lose.
    graceMs: 300,
  })
  return [
    milter('opendkim-sign', ['/usr/sbin/opendkim', '-f', '-x', join(paths.opendkim, 'opendkim-sign.conf')]),
    milter('opendkim-sign-ed25519', [
      '/usr/sbin/opendkim',
      '-f',
      '-x',
      join(paths.opendkim, 'opendkim-sign-ed25519.conf'),
    ]),
    milter('opendkim-verify', ['/usr/sbin/opendkim', '-f', '-x', join(paths.opendkim, 'opendkim-verify.conf')]),
    milter('opendmarc', ['/usr/sbin/opendmarc', '-f', '-c', join(dir, 'etc', 'opendmarc', 'opendmarc.conf')]),
  ]
}

function postsrsd(dir: string, config: NodeConfig, paths: NodePaths): DaemonSpec {
  const forward = requireListen(config, 'srsForward')
  const reverse = requireListen(config, 'srsReverse')
  const listen = ['-4', '-l', forward.host, '-f', String(forward.port), '-r', String(reverse.port)]
  const account = ['-u', 'postsrsd', '-c', '/var/lib/postsrsd']
  // The usual four characters of hash are few enough to be found by trying. Whichever the domain, Postfix puts its own.
  const addresses = ['-s', paths.srsSecret, '-n', '8', '-N', '8', '-A', '-d', config.hostName]
  return {
    name: 'postsrsd',
    command: [copyProgram('/usr/sbin/postsrsd', dir), ...listen, ...account, ...addresses],
    isUp: async () => (await accepts(forward)) && (await accepts(reverse)),
    graceMs: 300,
  }
}

function postfix(dir: string, config: NodeConfig, paths: NodePaths): DaemonSpec {
  const { host, port } = requireListen(config, 'smtp')
  return {
    name: 'postfix',
    command: ['/usr/lib/postfix/sbin/master', '-c', paths.postfix, '-d'],
    cwd: join(dir, 'spool', 'postfix'),
    env: { MAIL_CONFIG: paths.postfix },
    prepare: async () => {
      await runCommand('postfix', ['-c', paths.postfix, 'check'])
    },
    isUp: () => accepts({ host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port }),
    graceMs: 4_000,
  }
}
