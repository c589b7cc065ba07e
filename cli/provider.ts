import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { parseInput, stdinJson } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { listProviders } from '@/lib/dns/queries'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, removeProvider } from '@/lib/dns/service'

const actor = systemActor('command line')

/** `posthouse provider add`, from JSON on standard input: a credential has no place on a command line. */
export async function providerAdd(args: string[], io: Io): Promise<number> {
  readArgs(args, {}, { least: 0, most: 0 })
  const input = parseInput(addProviderSchema, await stdinJson())
  await addProvider(actor, input)
  io.out(`${input.name}\n`)
  return 0
}

/** `posthouse provider list`: name, kind, number of domains and how the last attempt went, tab separated, or JSON lines. */
export async function providerList(args: string[], io: Io): Promise<number> {
  const { values } = readArgs(args, { json: { type: 'boolean' } }, { least: 0, most: 0 })
  for (const { name, kind, config, domainCount, lastTry } of await listProviders(actor))
    io.out(
      values.json
        ? `${JSON.stringify({ name, kind, config, domainCount, lastTry })}\n`
        : `${name}\t${kind}\t${domainCount}\t${lastTry?.status ?? 'untried'}\n`,
    )
  return 0
}

/** `posthouse provider remove <name>`: while no domain is published there. */
export async function providerRemove(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const name = positionals[0] ?? ''
  await removeProvider(actor, { name })
  io.out(`${name}\n`)
  return 0
}
