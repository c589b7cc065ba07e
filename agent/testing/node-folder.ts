import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeConfig } from '@/lib/agent-protocol/node-config'
import type { NodeRole } from '@/lib/agent-protocol/maps'

/** Port of a test's agent that no other program of this machine uses by habit; 0 is not allowed in node.json. */
const AGENT_PORT = 27_900

/** A folder with a node.json in it and nothing else: what an agent finds at its first start. */
export function makeNodeFolder(roles: NodeRole[] = ['smtp', 'imap'], listen: NodeConfig['listen'] = {}) {
  // Dovecot and OpenDKIM run as accounts of their own and must be able to pass through the folders above.
  const dir = mkdtempSync(join(tmpdir(), 'posthouse-node-'))
  const config: NodeConfig = {
    name: 'mx1',
    roles,
    hostName: 'mx1.posthouse.test',
    publicAddresses: [],
    listen: { agent: { host: '127.0.0.1', port: AGENT_PORT }, ...listen },
    smtpBindAddress: '',
    smtpPort: 25,
    resolver: '',
    quotaPolicies: [],
    lmtpPeers: [],
    isLab: true,
  }
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'node.json'), JSON.stringify(config))
  return { dir, config, remove: () => rmSync(dir, { recursive: true, force: true }) }
}
