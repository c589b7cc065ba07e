import { readdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { PROTOCOL, type StatusAnswer } from '@/lib/agent-protocol/messages'
import { nodeSettings } from '@/lib/agent-protocol/maps'
import type { Agent } from './agent'
import { daemonsOf, findDaemon } from './daemons'
import { heldMail } from './held'
import { run } from './programs'
import { tlsKeys } from './tls-keys'

/** From here on the queue is "this many or more": counting must not cost more than the queue itself. */
const MOST_COUNTED = 100_000

/** What the node is and how it does. Versions are asked for once a process. */
export function createStatus(agent: Agent) {
  let versions: Promise<Record<string, string>> | undefined
  return async (): Promise<StatusAnswer> => {
    const { config, paths, store, dir } = agent
    versions ??= readVersions(agent)
    const queue = config.roles.includes('smtp') ? join(dir, 'spool', 'postfix') : null
    const { epoch, release } = store.position()
    return {
      protocol: PROTOCOL,
      node: config.name,
      roles: config.roles,
      hostName: hostName(agent),
      epoch,
      release,
      versions: await versions,
      daemons: daemonsOf(config).map((name) => {
        const pid = findDaemon(paths, dir, name)
        return { name, isRunning: pid !== null, words: pid === null ? 'no such process' : `process ${pid}` }
      }),
      diskFreeBytes: freeBytes(dir),
      queueSize: queue === null ? null : countQueue(queue),
      ...(queue !== null && { held: heldMail(queue), tlsKeys: tlsKeys(paths.tls, agent.log) }),
    }
  }
}

function hostName({ store, config }: Agent): string {
  const value = store.get('node/settings', '', config.name)
  return value === null ? config.hostName : nodeSettings.parse(JSON.parse(value)).hostName
}

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

async function readVersions({ config }: Agent): Promise<Record<string, string>> {
  const versions: Record<string, string> = { node: process.versions.node }
  const dovecot = await run('dovecot', ['--version'])
  versions.dovecot = dovecot.stdout.split(' ')[0]?.trim() ?? ''
  if (!config.roles.includes('smtp')) return versions
  versions.postfix = (await run('postconf', ['-d', '-h', 'mail_version'])).stdout.trim()
  const opendkim = await run('opendkim', ['-V'])
  versions.opendkim = /OpenDKIM Filter v(\S+)/.exec(opendkim.stdout + opendkim.stderr)?.[1] ?? ''
  return versions
}

/** Messages in Postfix's queue: its files below incoming, active, deferred, hold and maildrop (at most 100,000 are counted). */
export function countQueue(queueDir: string): number {
  let count = 0
  const walk = (folder: string, depth: number): void => {
    for (const entry of entriesOf(folder)) {
      if (count >= MOST_COUNTED) return
      if (entry.isDirectory() && depth > 0) walk(join(folder, entry.name), depth - 1)
      else if (entry.isFile()) count += 1
    }
  }
  for (const queue of ['maildrop', 'incoming', 'active', 'deferred', 'hold']) walk(join(queueDir, queue), 2)
  return count
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    // Postfix makes a queue's folder when it first needs it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
