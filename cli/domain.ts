import { readArgs } from '@/cli/args'
import { parseInput } from '@/cli/input'
import type { Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { listDomains } from '@/lib/domains/queries'
import { createDomainSchema } from '@/lib/domains/schema'
import { createDomain } from '@/lib/domains/service'

const actor = systemActor('command line')

/** `posthouse domain add <name>`. */
export async function domainAdd(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const { result, release } = await createDomain(actor, parseInput(createDomainSchema, { name: positionals[0] }))
  io.out(`${result.name}\n`)
  if (release !== null) io.err(`stored as release ${release}\n`)
  return 0
}

/** `posthouse domain list`: name, mailboxes and aliases, tab separated, or JSON lines. */
export async function domainList(args: string[], io: Io): Promise<number> {
  const { values } = readArgs(args, { json: { type: 'boolean' } }, { least: 0, most: 0 })
  for (let after: string | null = ''; after !== null;) {
    const page: Awaited<ReturnType<typeof listDomains>> = await listDomains(actor, { after })
    for (const { name, mailboxCount, aliasCount, suspendMode } of page.domains)
      io.out(
        values.json
          ? `${JSON.stringify({ name, mailboxCount, aliasCount, suspendMode })}\n`
          : `${name}\t${mailboxCount}\t${aliasCount}\n`,
      )
    after = page.next
  }
  return 0
}
