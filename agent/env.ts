import { z } from 'zod'

const schema = z.object({
  POSTHOUSE_AGENT_LOG_LEVEL: z.enum(['error', 'info', 'debug']).default('info'),
})

/** The agent's settings from the environment: how much it logs, nothing else. Throws where a value is not known. */
export function agentEnv(): z.infer<typeof schema> {
  return schema.parse(process.env)
}
