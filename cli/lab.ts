import { readFile } from 'node:fs/promises'
import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { companionReport, connectCompanion } from '@/lib/nodes/companion'

/** `posthouse lab connect <file>`: takes in what the native companion reported. Running it again changes nothing. */
export async function labConnect(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const parsed = companionReport.safeParse(JSON.parse(await readFile(positionals[0] ?? '', 'utf8')))
  if (!parsed.success)
    throw new UsageError(`this is no report of a companion: ${parsed.error.issues[0]?.message ?? ''}`)
  const count = await connectCompanion(systemActor('start'), parsed.data)
  io.out(count === 0 ? 'nothing new\n' : `${count} nodes\n`)
  return 0
}
