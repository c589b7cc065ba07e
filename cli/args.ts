import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from '@/cli/command'

/** Node's parseArgs, strict, with its complaint as a UsageError. */
export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  positionals: { least: number; most: number },
) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true })
    const count = parsed.positionals.length
    if (count < positionals.least) throw new UsageError('something is missing')
    if (count > positionals.most)
      throw new UsageError(`what is ${JSON.stringify(parsed.positionals[positionals.most])}?`)
    return parsed
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
