import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeConfig, NodePaths } from '@/lib/agent-protocol/node-config'

export const DAEMONS = [
  'postfix',
  'dovecot',
  'opendkim-sign',
  'opendkim-sign-ed25519',
  'opendkim-verify',
  'opendmarc',
  'postsrsd',
] as const
export type Daemon = (typeof DAEMONS)[number]

/** The daemons that a node of these roles runs. */
export function daemonsOf({ roles }: Pick<NodeConfig, 'roles'>): Daemon[] {
  return roles.includes('smtp') ? [...DAEMONS] : ['dovecot']
}

/** Where a daemon leaves its process id: its own habit first, then what an entry point writes. */
function pidFiles(paths: NodePaths, daemon: Daemon, dir: string): string[] {
  const own = {
    postfix: [join(dir, 'spool', 'postfix', 'pid', 'master.pid')],
    dovecot: [join(paths.run, 'dovecot', 'master.pid')],
    'opendkim-sign': [],
    'opendkim-sign-ed25519': [],
    'opendkim-verify': [],
    opendmarc: [],
    postsrsd: [],
  }[daemon]
  return [...own, join(paths.run, `${daemon}.pid`), join(paths.run, daemon, 'pid')]
}

/** What a daemon's command line holds that no other process of this machine has. */
function commandMark(paths: NodePaths, daemon: Daemon): string {
  if (daemon === 'postfix') return paths.postfix
  if (daemon === 'dovecot') return paths.dovecot
  if (daemon === 'postsrsd') return paths.srsSecret
  return daemon === 'opendmarc' ? paths.opendmarc : join(paths.opendkim, `${daemon}.conf`)
}

const PROGRAM_NAMES: Record<Daemon, string> = {
  postfix: 'master',
  dovecot: 'dovecot',
  'opendkim-sign': 'opendkim',
  'opendkim-sign-ed25519': 'opendkim',
  'opendkim-verify': 'opendkim',
  opendmarc: 'opendmarc',
  postsrsd: 'postsrsd',
}

/**
 * Process id of a daemon of this node, null where it does not run. A process id of a file counts only while the process
 * of that number is the right program and alive; without a file, the process is found by its configuration.
 */
export function findDaemon(paths: NodePaths, dir: string, daemon: Daemon): number | null {
  for (const file of pidFiles(paths, daemon, dir)) {
    const pid = Number.parseInt(readOrEmpty(file), 10)
    if (pid > 1 && isProgram(pid, PROGRAM_NAMES[daemon])) return pid
  }
  const marked = findProcesses(PROGRAM_NAMES[daemon], commandMark(paths, daemon))
  return marked.length > 0 ? Math.min(...marked) : null
}

/** Living processes of a program whose command line holds `mark`. */
export function findProcesses(program: string, mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isProgram(pid, program) && readOrEmpty(`/proc/${pid}/cmdline`).includes(mark))
}

/** True for a living process whose program has this name; a zombie is not alive (proc(5)). */
function isProgram(pid: number, name: string): boolean {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  const end = stat.lastIndexOf(')')
  return stat.slice(stat.indexOf('(') + 1, end) === name.slice(0, 15) && !/^ [ZX]/.test(stat.slice(end + 1))
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone between listing and reading, or never there: either way there is nothing to read.
    return ''
  }
}
