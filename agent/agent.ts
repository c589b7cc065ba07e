import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Reloadable } from '@/lib/agent-protocol/maps'
import { nodeConfig, nodePaths, type NodeConfig, type NodePaths } from '@/lib/agent-protocol/node-config'
import type { Writers } from './apply'
import { findDaemon } from './daemons'
import { findAccount } from './files'
import type { Log } from './log'
import { createPostmaps } from './postmaps'
import { run } from './programs'
import { Refusal } from './refusal'
import { createReloads, POSTFIX_PAUSE_MS, type Reloads, type ReloadTools } from './reloads'
import { createSettings } from './settings'
import { createSigningFiles } from './signing-files'
import { openStore, type Store } from './store'
import { openUsersFile } from './users-file'

/** One node's agent: its configuration, its store, what it writes by and what it reloads. */
export interface Agent {
  dir: string
  config: NodeConfig
  paths: NodePaths
  store: Store
  writers: Writers
  reloads: Reloads
  /** Folder of candidates; its contents are never read across requests. */
  scratch: string
  log: Log
}

export interface AgentOptions {
  log: Log
  /** Tests end the process in here; see `Writers`. */
  onStep?: (name: string) => void
  /** Tests watch reloads; else the daemons of the node are reloaded. */
  reload?: ReloadTools['reload']
  /** Tests wait for less than five seconds between two reloads. */
  pauseMs?: number
}

/** A signing daemon has one algorithm (MAIL rule 4), and each reads the same key table. */
const SIGNERS = ['opendkim-sign', 'opendkim-sign-ed25519'] as const

/** The note in the store that a daemon still has to be reloaded. */
export function reloadNote(daemon: Reloadable): string {
  return `reload:${daemon}`
}

/**
 * Opens the node at `dir` (its node.json, store and files; what is missing is made). Throws where node.json is wrong or
 * a path could not stand in a table of OpenDKIM.
 */
export function openAgent(dir: string, options: AgentOptions): Agent {
  const paths = nodePaths(dir)
  // White space and colons separate the fields of a key table.
  if (/[\s:]/.test(dir)) throw new Error(`the node's folder must not have white space or a colon in its path: ${dir}`)
  const config = nodeConfig.parse(JSON.parse(readFileSync(paths.config, 'utf8')))
  mkdirSync(paths.agent, { recursive: true, mode: 0o700 })
  mkdirSync(paths.maps, { recursive: true, mode: 0o755 })
  const scratch = join(paths.agent, 'scratch')
  mkdirSync(scratch, { recursive: true, mode: 0o700 })

  const store = openStore(paths.agentStore)
  const writers: Writers = {
    store,
    nodeName: config.name,
    paths,
    postmaps: createPostmaps(join(paths.agent, 'postmap')),
    users: openUsersFile(paths.users, findAccount('dovecot')),
    signing: createSigningFiles(paths, findAccount('opendkim')),
    settings: createSettings(paths.postfix, scratch),
    onStep: options.onStep ?? (() => undefined),
  }
  const reloads = createReloads({
    reload: options.reload ?? ((daemon) => reloadDaemon(paths, dir, daemon)),
    remember: (daemon, isPending) => store.setNote(reloadNote(daemon), isPending ? '1' : ''),
    now: () => performance.now(),
    log: options.log,
    pauseMs: options.pauseMs ?? POSTFIX_PAUSE_MS,
  })
  return { dir, config, paths, store, writers, reloads, scratch, log: options.log }
}

/** Lets go of the node: reloads that wait are left to the next start. */
export function closeAgent({ reloads, writers, store }: Agent): void {
  reloads.stop()
  writers.users.close()
  store.close()
}

async function reloadDaemon(paths: NodePaths, dir: string, daemon: Reloadable): Promise<boolean> {
  if (daemon === 'opendkim-sign') {
    const signers = SIGNERS.map((signer) => findDaemon(paths, dir, signer))
    for (const pid of signers) if (pid !== null) process.kill(pid, 'SIGUSR1')
    return !signers.includes(null)
  }
  if (findDaemon(paths, dir, daemon) === null) return false
  await runReload(paths)
  return true
}

/**
 * `postfix reload` writes of success and of failure to its log alone, and of a main.cf that it cannot read nowhere at all:
 * its status decides, the words are those of the log and of postconf.
 */
async function runReload(paths: NodePaths): Promise<void> {
  const file = join(paths.log, 'postfix.log')
  const before = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const { code, stderr } = await run('postfix', ['-c', paths.postfix, 'reload'])
  if (code === 0) return
  const logged = existsSync(file) ? readFileSync(file).subarray(before).toString('utf8') : ''
  const complaints = logged.split('\n').filter((line) => /\b(?:fatal|panic|error|warning):/.test(line))
  const ofSettings = await run('postconf', ['-c', paths.postfix, '-n'])
  const status = `postfix reload ended with status ${code ?? 'of a signal'}`
  throw new Refusal([stderr.trim(), ...complaints, ofSettings.stderr.trim(), status].filter(Boolean).join('\n'))
}
