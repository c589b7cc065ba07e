import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { listNodes } from '@/lib/nodes/queries'

/** `posthouse status`: a line a node; exit code 1 where one is behind or down. */
export async function status(args: string[], io: Io): Promise<number> {
  const { values } = readArgs(args, { json: { type: 'boolean' } }, { least: 0, most: 0 })
  const { nodes, newestRelease } = await listNodes(systemActor('command line'))
  for (const node of nodes) {
    const { name, hostName, roles, isCurrent, heldLines, lastError } = node
    const confirmedRelease = node.confirmedRelease.toString()
    if (values.json)
      io.out(`${JSON.stringify({ name, hostName, roles, isCurrent, confirmedRelease, heldLines, lastError })}\n`)
    else
      io.out(
        `${name}\t${roles.join(',')}\trelease ${confirmedRelease} of ${newestRelease}\t${isCurrent ? 'ok' : (lastError ?? `${heldLines} lines wait`)}\n`,
      )
  }
  if (nodes.length === 0) io.err('no mail node yet: posthouse node add\n')
  return nodes.every((node) => node.isCurrent) ? 0 : 1
}
