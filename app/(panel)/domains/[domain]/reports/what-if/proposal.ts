import type { PolicyAction } from '@/lib/dmarc/schema'
import type { Proposal } from '@/lib/dmarc/sources/what-if'
import { ALIGNMENTS, DMARC_POLICIES, type DnsPolicy } from '@/lib/dns/policy'

export const TIMES = ['30', '60', '90'] as const

/** What the page is asked: a policy and a time. */
export type WhatIfQuery = Partial<Record<'p' | 'sp' | 'np' | 'adkim' | 'aspf' | 'days', string>>

function oneOf<T extends string>(values: readonly T[], text: string | undefined, otherwise: T): T {
  return values.find((value) => value === text) ?? otherwise
}

/** The next step from a policy: a stricter one, or exact names where there is none. */
function nextStep({ p, sp, np, adkim, aspf }: DnsPolicy['dmarc']): Proposal {
  if (p === 'none') return { p: 'quarantine', sp, np, adkim, aspf }
  if (p === 'quarantine') return { p: 'reject', sp, np, adkim, aspf }
  return { p, sp, np, adkim: 's', aspf: 's' }
}

/** A policy or, where the text is empty, none of its own. */
function policyOrNull(text: string | undefined, otherwise: PolicyAction | null): PolicyAction | null {
  const found = oneOf([...DMARC_POLICIES, ''], text, otherwise ?? '')
  return found === '' ? null : found
}

/** The proposal that the query names; what it leaves out is as the next step from today's policy. */
export function proposalOf(query: WhatIfQuery, today: DnsPolicy['dmarc']): { proposal: Proposal; days: number } {
  const next = nextStep(today)
  const proposal = {
    p: oneOf(DMARC_POLICIES, query.p, next.p),
    sp: policyOrNull(query.sp, next.sp),
    np: policyOrNull(query.np, next.np),
    adkim: oneOf(ALIGNMENTS, query.adkim, next.adkim),
    aspf: oneOf(ALIGNMENTS, query.aspf, next.aspf),
  }
  return { proposal, days: Number(oneOf(TIMES, query.days, '30')) }
}
