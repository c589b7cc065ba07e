import { cpSync, mkdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { nodeSettings, type NodeSettings } from '@/lib/agent-protocol/maps'
import { run, runClean } from './programs'
import { Refusal } from './refusal'

/** The parameters of Postfix that a setting may become: names are the agent's, values are typed. */
const parameters = ({ hostName, messageSizeLimitBytes }: NodeSettings): Record<string, string> => ({
  myhostname: hostName,
  message_size_limit: String(messageSizeLimitBytes),
})

/**
 * Puts `node/settings` into Postfix's main.cf by its own `postconf`. The candidate is a copy of the configuration that
 * `postconf -n` and `-M` must read without a warning (both exit 0 on most mistakes) and `postfix check` must pass.
 */
export function createSettings(postfixDir: string, scratchDir: string) {
  const exists = () => statSync(join(postfixDir, 'main.cf'), { throwIfNoEntry: false }) !== undefined

  async function edit(dir: string, settings: NodeSettings): Promise<void> {
    await runClean('postconf', [
      '-c',
      dir,
      '-e',
      ...Object.entries(parameters(settings)).map(([name, value]) => `${name}=${value}`),
    ])
    // Postfix waits for a configuration file to be 2 s old before it trusts it.
    const past = new Date(Date.now() - 60_000)
    utimesSync(join(dir, 'main.cf'), past, past)
  }

  async function differs(settings: NodeSettings): Promise<boolean> {
    const wanted = parameters(settings)
    const { stdout } = await run('postconf', ['-c', postfixDir, ...Object.keys(wanted)])
    const found = new Set(stdout.split('\n'))
    return Object.entries(wanted).some(([name, value]) => !found.has(`${name} = ${value}`))
  }

  return {
    /** Asks Postfix's programs about a candidate with these settings; throws a Refusal with their words. */
    async verify(value: string): Promise<void> {
      if (!exists()) return
      const dir = join(scratchDir, 'postfix')
      rmSync(dir, { recursive: true, force: true })
      mkdirSync(scratchDir, { recursive: true })
      cpSync(postfixDir, dir, { recursive: true })
      // A main.cf may name its own folder, which for the candidate is another.
      await runClean('postconf', ['-c', dir, '-e', `config_directory=${dir}`], { areWordsFine: true })
      await edit(dir, nodeSettings.parse(JSON.parse(value)))
      await runClean('postconf', ['-c', dir, '-n'])
      await runClean('postconf', ['-c', dir, '-M'])
    },
    /** Brings main.cf to these settings; true where it had to be changed. No main.cf (role imap): nothing to do. */
    async apply(value: string): Promise<boolean> {
      if (!exists()) return false
      const settings = nodeSettings.parse(JSON.parse(value))
      if (!(await differs(settings))) return false
      await edit(postfixDir, settings)
      if (await differs(settings)) throw new Refusal('postconf did not keep the settings')
      return true
    },
  }
}
export type Settings = ReturnType<typeof createSettings>
