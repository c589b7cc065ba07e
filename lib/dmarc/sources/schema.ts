import { getDomain } from 'tldts'
import { z } from 'zod'
import { parseSourceMatch } from '@/lib/dmarc/sources/match'
import { isInside } from '@/lib/dns/record'
import { domainNameSchema } from '@/lib/domains/name'

const MOST_CHARACTERS = 80
/** Controls, and what turns the direction of text: a name is shown on pages and in mail. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/**
 * A name for those that send: what tells them (an address, a network, a domain), and whether they send for us. The match
 * comes out canonical. The domain itself and what stands above it match all of its mail, so they tell nobody apart.
 */
export const nameSourceSchema = z
  .object({
    domain: domainNameSchema,
    match: z.string().max(300, 'report.match'),
    name: z
      .string()
      .trim()
      .min(1, 'report.sourceName')
      .max(MOST_CHARACTERS, 'field.long')
      .refine((text) => !UNPRINTABLE.test(text), 'report.sourceName'),
    isOurs: z.enum(['yes', 'no'], 'report.isOurs').transform((answer) => answer === 'yes'),
  })
  .transform((input, context) => {
    const match = parseSourceMatch(input.match)
    const isTooWide = match?.kind === 'domain' && (isInside(input.domain, match.text) || getDomain(match.text) === null)
    if (match && !isTooWide) return { ...input, match: match.text }
    context.addIssue({ code: 'custom', path: ['match'], message: match ? 'report.matchWide' : 'report.match' })
    return z.NEVER
  })
export type NameSourceInput = z.infer<typeof nameSourceSchema>

export const removeSourceNameSchema = z.object({ domain: domainNameSchema, id: z.uuid('report.sourceNameMissing') })
export type RemoveSourceNameInput = z.infer<typeof removeSourceNameSchema>
