import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { createSetupLink } from '@/lib/auth/setup'

/** `posthouse setup-link`: the link on standard output; exit code 1 where an owner exists. */
export async function setupLink(args: string[], io: Io): Promise<number> {
  readArgs(args, {}, { least: 0, most: 0 })
  const link = await createSetupLink()
  if (!link) {
    io.err('There is an owner already: sign in.\n')
    return 1
  }
  io.out(`${link.url}\n`)
  return 0
}
