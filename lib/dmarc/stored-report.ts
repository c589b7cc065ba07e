import { z } from 'zod'

/** The JSON columns of a stored report, as `describe` and `rowOf` of lib/dmarc/store-reports.ts write them. */

const langText = z.object({ text: z.string(), lang: z.string().nullable() }).nullable()
const extensions = z.array(z.object({ path: z.string(), text: z.string() })).default([])
const authResult = { domain: z.string(), result: z.string(), humanResult: langText }

/** `DmarcReport.metadata`: who made the report and how well it could be read. */
export const storedMetadata = z.object({
  orgName: z.string(),
  email: z.string(),
  extraContactInfo: langText,
  errors: z.array(z.object({ text: z.string() })).default([]),
  generator: z.string().nullable(),
  format: z.string(),
  namespace: z.string().nullable(),
  version: z.string().nullable(),
  totals: z.object({ records: z.number(), unreadableRecords: z.number() }),
  /** The first 50 of them. */
  unreadable: z.array(z.object({ position: z.number(), reasons: z.array(z.string()) })).default([]),
  deviations: z.array(z.object({ code: z.string(), count: z.number(), sample: z.string() })),
  extensions,
})

const action = z.enum(['none', 'quarantine', 'reject']).nullable()
const mode = z.enum(['r', 's']).nullable()

/** `DmarcReport.policy`: what the reporter found published. */
export const storedPolicy = z.object({
  ...{ p: action, sp: action, np: action, adkim: mode, aspf: mode },
  ...{ pct: z.number().nullable(), fo: z.string().nullable(), testing: z.boolean().nullable() },
  discoveryMethod: z.enum(['psl', 'treewalk']).nullable(),
})
export type StoredPolicy = z.infer<typeof storedPolicy>

/** `DmarcRow.detail`: what of a record has no column of its own. */
export const storedDetail = z.object({
  reasons: z.array(z.object({ type: z.string(), comment: langText })),
  envelopeFrom: z.string().nullable(),
  envelopeTo: z.string().nullable(),
  dkimResults: z.array(z.object({ ...authResult, selector: z.string().nullable() })),
  spfResults: z.array(z.object({ ...authResult, scope: z.enum(['mfrom', 'helo']).nullable() })),
  extensions,
})
