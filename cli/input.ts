import { z } from 'zod'
import { UsageError } from '@/cli/command'
import { AppError } from '@/lib/errors/app-error'

/** Parses what came from the command line by the schema of the form; the first thing wrong is the error. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError('INVALID', issue?.message ?? 'form.invalid', {}, { field: issue?.path.join('.') ?? '' })
}

/** All of standard input, 1 MiB at most. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > 1_048_576) throw new Error('standard input is too long')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Standard input read as JSON. Rejects with UsageError where it is none. */
export async function stdinJson(): Promise<unknown> {
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
