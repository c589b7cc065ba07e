import { z } from 'zod'

const messages = z.object({ messages: z.number(), aligned: z.number() })

/** A sender, by its name, and how many of its messages failed. */
const failing = z.object({ name: z.string(), failed: z.number() })

/** What the reports of one week say over all domains. Lists are bounded; numbers beside them are of all there is. */
export const digestSchema = z.object({
  /** Monday and Sunday, UTC, `YYYY-MM-DD`. */
  from: z.string(),
  to: z.string(),
  week: messages,
  before: messages,
  /** Domains where somebody who sends for us fails, and then those where somebody new does. */
  domains: z.array(
    messages.extend({
      name: z.string(),
      /** Our nodes, known services and those whom the administrator named as ours. */
      ours: z.array(failing),
      /** Senders of the week that fail and were not there before; the first few, and how many. */
      newSources: z.array(z.string()),
      newCount: z.number(),
    }),
  ),
  /** There are more such domains. */
  hasMore: z.boolean(),
  /** Sessions of senders that were not encrypted as the policies ask; `failed` of `sessions`. */
  tls: z.object({
    failed: z.number(),
    sessions: z.number(),
    domains: z.array(z.object({ name: z.string(), failed: z.number(), sessions: z.number() })),
  }),
  /** Files that could not be read, by reason (lib/dmarc/reasons.ts). */
  refused: z.object({ files: z.number(), reasons: z.array(z.object({ reason: z.string(), files: z.number() })) }),
  /** Domains that reports came about and no longer do. */
  silent: z.object({ count: z.number(), names: z.array(z.string()) }),
})
export type Digest = z.infer<typeof digestSchema>
