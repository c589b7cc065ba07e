import { z } from 'zod'
import { domainNameSchema } from '@/lib/domains/name'

/** `inside`: the companion probe saw it (our signing, maps, TLS). `outside`: a mailbox elsewhere (also port 25, PTR, public DNS). */
export const GRADES = ['inside', 'outside'] as const

/** The grade as a page names it (codes of `messages/` under `readiness.grade`): a stand-in is never passed off as truly elsewhere. */
export function shownGrade(grade: string, isStandIn: boolean): (typeof GRADES)[number] | 'standIn' {
  if (grade !== 'outside') return 'inside'
  return isStandIn ? 'standIn' : 'outside'
}

export const STEPS = ['credential', 'send', 'arrive', 'verify', 'answer', 'return'] as const
export type StepName = (typeof STEPS)[number]

const outcome = z.string().max(40)

/** One hop as its Received line tells it (RFC 5321 §4.4). */
export const hop = z.object({
  from: z.string(),
  by: z.string(),
  protocol: z.string(),
  /** Version and cipher where the server wrote them; null: the hop was in the clear or local. */
  tls: z.string().nullable(),
  at: z.string().nullable(),
  delaySeconds: z.number().nullable(),
})
export type Hop = z.infer<typeof hop>

const verified = z.object({
  spf: z.object({ result: outcome, domain: z.string(), ip: z.string(), isAligned: z.boolean(), comment: z.string() }),
  dkim: z.array(
    z.object({
      result: outcome,
      domain: z.string(),
      selector: z.string(),
      algorithm: z.string(),
      isAligned: z.boolean(),
      comment: z.string(),
    }),
  ),
  dmarc: z.object({ result: outcome, domain: z.string(), policy: z.string(), comment: z.string() }),
})
export type Verified = z.infer<typeof verified>

export const testStep = z.object({
  name: z.enum(STEPS),
  state: z.enum(['running', 'ok', 'failed']),
  milliseconds: z.number(),
  /** A server's own words, or what was found. Never a credential. */
  words: z.string(),
})

/** What a test stores while it runs and at its end. */
export const testResult = z.object({
  steps: z.array(testStep).default([]),
  from: z.string().default(''),
  to: z.string().default(''),
  messageId: z.string().default(''),
  outbound: z
    .object({ milliseconds: z.number(), hops: z.array(hop), receiverSays: z.array(z.string()), verified })
    .nullable()
    .default(null),
  inbound: z
    .object({ milliseconds: z.number(), hops: z.array(hop), weSay: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Codes of `messages/` under `tests.verdict`; the first is the headline. */
  verdict: z.array(z.string()).default([]),
})
export type TestResult = z.infer<typeof testResult>

export const requestTestSchema = z.object({
  domain: domainNameSchema,
  probe: z.string().min(1).max(100),
  localPart: z.string().max(64).default(''),
})
export type RequestTestInput = z.infer<typeof requestTestSchema>

const endpoint = z
  .string()
  .trim()
  .min(1, 'field.required')
  .max(253, 'field.long')
  .regex(/^[0-9A-Za-z.:-]*$/, 'probe.host')
const portNumber = z.coerce.number('probe.port').int('probe.port').min(1, 'probe.port').max(65535, 'probe.port')

/** How to reach a mailbox elsewhere that answers tests. */
export const probeConfig = z.object({
  imapHost: endpoint,
  imapPort: portNumber,
  submissionHost: endpoint,
  submissionPort: portNumber,
  user: z.string().trim().min(1, 'field.required').max(320, 'field.long'),
})

export const addProbeSchema = probeConfig.extend({
  name: z.string().trim().min(1, 'field.required').max(60, 'field.long'),
  grade: z.enum(GRADES),
  isStandIn: z.boolean().default(false),
  address: z.string().trim().min(1, 'field.required').max(320, 'field.long'),
  password: z.string().min(1, 'field.required').max(500, 'field.long'),
})
export type AddProbeInput = z.infer<typeof addProbeSchema>

/** What the owner says of a mailbox elsewhere; that it is truly elsewhere is not asked, it is what the form is for. */
export const addOutsideProbeSchema = addProbeSchema.omit({ grade: true, isStandIn: true })

export const removeProbeSchema = z.object({ name: z.string().min(1).max(60) })
export type RemoveProbeInput = z.infer<typeof removeProbeSchema>
