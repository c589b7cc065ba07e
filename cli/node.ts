import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { parseInput, readStdin, stdinJson } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { addProbeSchema } from '@/lib/deliverability/schema'
import { addProbe } from '@/lib/deliverability/service'
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

/** `posthouse probe add`, from JSON on standard input. */
export async function probeAdd(args: string[], io: Io): Promise<number> {
  readArgs(args, {}, { least: 0, most: 0 })
  const { result } = await addProbe(actor, parseInput(addProbeSchema, await stdinJson()))
  io.out(`${result.name}\n`)
  return 0
}
