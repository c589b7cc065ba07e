import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { parseInput, readStdin } from '@/cli/input'
import { parseAddress } from '@/lib/addresses/address'
import { systemActor } from '@/lib/auth/actor'
import { AppError } from '@/lib/errors/app-error'
import { createMailboxSchema } from '@/lib/mailboxes/schema'
import { createMailbox } from '@/lib/mailboxes/service'
import { waitForRelease } from '@/lib/releases/wait'

const OPTIONS = { name: { type: 'string' }, quota: { type: 'string' }, 'password-stdin': { type: 'boolean' } } as const

/** `posthouse mailbox add <address>`: waits until the nodes have it. */
export async function mailboxAdd(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, { least: 1, most: 1 })
  const address = parseAddress(positionals[0] ?? '')
  if (!address.ok) throw new AppError('INVALID', address.reason)
  const password = values['password-stdin'] ? (await readStdin()).replace(/\r?\n$/, '') : ''
  const input = parseInput(createMailboxSchema, {
    domain: address.value.domain,
    localPart: address.value.localPart,
    name: values.name ?? '',
    quotaMebibytes: values.quota ?? '',
    password,
  })
  const { result, release } = await createMailbox(systemActor('command line'), input)
  io.out(result.generatedPassword === null ? `${result.address}\n` : `${result.address}\t${result.generatedPassword}\n`)
  if (release === null) return 0
  const delivery = await waitForRelease(release, 10_000)
  for (const node of delivery.nodes) io.err(`${node.name}: ${node.state} ${node.words}\n`)
  return delivery.state === 'refused' ? 1 : 0
}
