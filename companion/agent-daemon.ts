import { existsSync } from 'node:fs'
import type { NodePaths } from '@/lib/agent-protocol/node-config'
import type { DaemonSpec } from './daemon'
import { accepts } from './probe-socket'

/** How to run the agent on a node's folder: its bundle by Node alone, its source through tsx from the checkout. */
export function agentCommand(file: string, dir: string): readonly string[] {
  return [process.execPath, ...(file.endsWith('.ts') ? ['--import', 'tsx'] : []), file, dir]
}

/** The node's agent as a daemon. It is up when it listens and its pairing code lies there. */
export function agentDaemon(
  file: string,
  dir: string,
  paths: NodePaths,
  listen: { host: string; port: number },
  cwd: string,
): DaemonSpec {
  const host = listen.host === '0.0.0.0' ? '127.0.0.1' : listen.host
  return {
    name: 'agent',
    command: agentCommand(file, dir),
    cwd,
    isUp: async () => existsSync(paths.pairingCode) && (await accepts({ host, port: listen.port })),
    graceMs: 5_000,
  }
}
