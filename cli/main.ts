import { AppError } from '@/lib/errors/app-error'
import { UsageError, type Command, type Io } from '@/cli/command'
import { COMMANDS } from '@/cli/commands'
import { englishText } from '@/cli/text'

/** Exit codes: 0 done, 1 refused or found wrong, 2 used wrongly, 3 trouble (database, node). */
export const EXIT = { ok: 0, refused: 1, usage: 2, trouble: 3 } as const

const HELP = new Set(['--help', '-h', 'help'])

/**
 * The `posthouse` command. `args` are the words after it; the result is the exit code. Output goes to `io`, data to
 * standard output and words to standard error.
 */
export async function main(args: string[], io: Io): Promise<number> {
  const found = findCommand(args)
  if (!found) {
    io.err(overview())
    return args.length === 0 || HELP.has(args[0] ?? '') ? EXIT.ok : EXIT.usage
  }
  const { command, rest } = found
  if (rest.some((word) => HELP.has(word))) {
    io.out(`posthouse ${command.usage}\n\n${command.help}\n`)
    return EXIT.ok
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${error.message}\nusage: posthouse ${command.usage}\n`)
      return EXIT.usage
    }
    if (error instanceof AppError) {
      io.err(`${englishText(error)} [${error.code}]\n`)
      return EXIT.refused
    }
    io.err(`${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT.trouble
  }
}

function findCommand(args: string[]): { command: Command; rest: string[] } | null {
  for (const words of [2, 1]) {
    const command = COMMANDS.find((candidate) => candidate.name === args.slice(0, words).join(' '))
    if (command) return { command, rest: args.slice(words) }
  }
  return null
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.usage.length)) + 2
  const lines = COMMANDS.map((command) => `  ${command.usage.padEnd(width)}${command.help.split('\n')[0] ?? ''}`)
  return `posthouse: the command line of the panel\n\n${lines.join('\n')}\n\nposthouse COMMAND --help says more.\n`
}
