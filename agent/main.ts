import { once } from 'node:events'
import { resolve } from 'node:path'
import { closeAgent, openAgent } from './agent'
import { agentEnv } from './env'
import { loadIdentity } from './identity'
import { createLog } from './log'
import { recover } from './recover'
import { createAgentServer } from './server'

/**
 * The agent of one mail node: `agent <node folder> [--prepare]`. It puts the node's files right first, then listens;
 * `--prepare` ends there, for whoever starts the daemons and wants their maps to be there. Ends at SIGTERM and SIGINT
 * when the request at hand is done.
 */
async function main(): Promise<void> {
  const [folder, flag] = process.argv.slice(2)
  if (!folder || (flag !== undefined && flag !== '--prepare')) throw new Error('usage: agent <node folder> [--prepare]')
  const log = createLog(agentEnv().POSTHOUSE_AGENT_LOG_LEVEL)
  const agent = openAgent(resolve(folder), { log })
  const identity = await loadIdentity(agent)
  const repaired = await recover(agent)
  if (flag === '--prepare') {
    closeAgent(agent)
    return
  }

  const place = agent.config.listen.agent
  if (!place) throw new Error('node.json: listen.agent is missing')
  const server = createAgentServer(agent, identity)
  server.listen(place.port, place.host)
  await once(server, 'listening')
  log('info', 'start', { node: agent.config.name, host: place.host, port: place.port, repaired })

  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  server.close()
  server.closeIdleConnections()
  await once(server, 'close')
  closeAgent(agent)
  log('info', 'stop')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
