import { z } from 'zod'
import { CHECK_LEVELS } from '@/lib/checks/check'
import { digestSchema } from '@/lib/digest/digest'

/** What one run of checks has to tell: of which domain or node, and what crossed between fine and wrong. */
const alertContent = z.object({
  scope: z.object({ kind: z.enum(['domain', 'node']), name: z.string() }),
  crossings: z.array(
    z.object({
      check: z.string(),
      alias: z.string().default(''),
      subject: z.string(),
      level: z.enum(CHECK_LEVELS),
      since: z.coerce.date(),
      isFlapping: z.boolean().default(false),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
})
export type AlertContent = z.infer<typeof alertContent>

/** What is stored for a message that somebody asked for to try a target. */
export const TEST_CONTENT = 'test'
/** The weekly digest of reports, told apart from alerts in SQL by its one name. */
const digestContent = z.object({ digest: digestSchema })
export const storedContent = z.union([z.literal(TEST_CONTENT), digestContent, alertContent])
export type StoredContent = z.infer<typeof storedContent>
