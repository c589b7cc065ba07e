import type { NodeConfig } from '@/lib/agent-protocol/node-config'

/** Where a service of the node listens. Throws where node.json does not say it. */
export function requireListen(config: NodeConfig, service: string): { host: string; port: number } {
  const found = config.listen[service]
  if (!found) throw new Error(`node.json of ${config.name} does not say where ${service} listens`)
  return found
}
