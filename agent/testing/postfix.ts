import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodePaths } from '@/lib/agent-protocol/node-config'
import { findAccount } from '../files'

const POSTFIX = '/usr/sbin/postfix'
/** `postfix start` leaves a daemon behind, which must not hold the pipes of the test. */
const quietly = { stdio: 'ignore', timeout: 20_000 } as const

/** Writes the least configuration of a Postfix that reads a node's maps and listens on one address. */
export function writePostfixConfig(dir: string, listen: { host: string; port: number }, extra = ''): void {
  const paths = nodePaths(dir)
  const spool = join(dir, 'spool', 'postfix')
  const data = join(dir, 'spool', 'postfix-data')
  for (const folder of [paths.postfix, paths.log, paths.run, spool, data]) mkdirSync(folder, { recursive: true })
  chmodSync(dir, 0o755)
  const postfix = findAccount('postfix')
  if (!postfix) throw new Error('Postfix is not installed')
  chownSync(data, postfix.uid, postfix.gid)
  writeFileSync(
    join(paths.postfix, 'main.cf'),
    `compatibility_level = 3.6
config_directory = ${paths.postfix}
queue_directory = ${spool}
data_directory = ${data}
maillog_file = ${paths.log}/postfix.log
maillog_file_prefixes = ${dir}
myhostname = mx1.posthouse.test
mydestination =
local_recipient_maps =
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
virtual_mailbox_domains = lmdb:${paths.maps}/domains
virtual_mailbox_maps = lmdb:${paths.maps}/mailboxes
virtual_alias_maps = lmdb:${paths.maps}/aliases
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access lmdb:${paths.maps}/access, ${extra} reject_unlisted_recipient
virtual_transport = lmtp:inet:127.0.0.1:1
`,
  )
  writeFileSync(
    join(paths.postfix, 'master.cf'),
    `${listen.host}:${listen.port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`,
  )
  const past = new Date(Date.now() - 60_000)
  for (const file of ['main.cf', 'master.cf']) utimesSync(join(paths.postfix, file), past, past)
}

/** Starts it and waits until it answers; gives what stops it. */
export async function startPostfix(dir: string, listen: { host: string; port: number }): Promise<() => void> {
  const { postfix } = nodePaths(dir)
  execFileSync(POSTFIX, ['-c', postfix, 'start'], quietly)
  for (const until = Date.now() + 10_000; !(await accepts(listen));) {
    if (Date.now() > until) throw new Error('Postfix does not answer')
    await sleep(20)
  }
  return () => void execFileSync(POSTFIX, ['-c', postfix, 'stop'], quietly)
}

function accepts(listen: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(listen)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
