import { z } from 'zod'
import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { parseInput, readStdin } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { addProbeSchema } from '@/lib/deliverability/schema'
import { addProbe } from '@/lib/deliverability/service'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider } from '@/lib/dns/service'
import { addNode } from '@/lib/nodes/service'

const actor = systemActor('command line')

/** `posthouse node add --code CODE`. */
export async function nodeAdd(args: string[], io: Io): Promise<number> {
  const { values } = readArgs(args, { code: { type: 'string' } }, { least: 0, most: 0 })
  if (values.code === undefined) throw new UsageError('--code is missing')
  const { result } = await addNode(actor, values.code === '-' ? await readStdin() : values.code)
  io.out(`${result.name}\n`)
  return 0
}

async function stdinJson(): Promise<unknown> {
  const text = await readStdin()
  const parsed = z
    .string()
    .transform((json, context) => {
      try {
        return JSON.parse(json) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .safeParse(text)
  if (!parsed.success) throw new UsageError('standard input is not JSON')
  return parsed.data
}

/** `posthouse probe add`, from JSON on standard input. */
export async function probeAdd(args: string[], io: Io): Promise<number> {
  readArgs(args, {}, { least: 0, most: 0 })
  const { result } = await addProbe(actor, parseInput(addProbeSchema, await stdinJson()))
  io.out(`${result.name}\n`)
  return 0
}

/** `posthouse provider add`, from JSON on standard input. */
export async function providerAdd(args: string[], io: Io): Promise<number> {
  readArgs(args, {}, { least: 0, most: 0 })
  const input = parseInput(addProviderSchema, await stdinJson())
  await addProvider(actor, input)
  io.out(`${input.name}\n`)
  return 0
}
