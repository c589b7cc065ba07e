import type { Proposal } from '@/lib/dmarc/sources/what-if'
import { ALIGNMENTS, DMARC_POLICIES, type DnsPolicy } from '@/lib/dns/policy'

export const TIMES = ['30', '60', '90'] as const

/** What the page is asked: a policy and a time. */
export type WhatIfQuery = Partial<Record<'p' | 'sp' | 'adkim' | 'aspf' | 'days', string>>

function oneOf<T extends string>(values: readonly T[], text: string | undefined, otherwise: T): T {
  return values.find((value) => value === text) ?? otherwise
}

/** The next step from a policy: a stricter one, or exact names where there is none. */
function nextStep({ p, sp, adkim, aspf }: DnsPolicy['dmarc']): Proposal {
  if (p === 'none') return { p: 'quarantine', sp, adkim, aspf }
  if (p === 'quarantine') return { p: 'reject', sp, adkim, aspf }
  return { p, sp, adkim: 's', aspf: 's' }
}

/** The proposal that the query names; what it leaves out is as the next step from today's policy. */
export function proposalOf(query: WhatIfQuery, today: DnsPolicy['dmarc']): { proposal: Proposal; days: number } {
  const next = nextStep(today)
  const sp = oneOf([...DMARC_POLICIES, ''], query.sp, next.sp ?? '')
  const proposal = {
    p: oneOf(DMARC_POLICIES, query.p, next.p),
    sp: sp === '' ? null : sp,
    adkim: oneOf(ALIGNMENTS, query.adkim, next.adkim),
    aspf: oneOf(ALIGNMENTS, query.aspf, next.aspf),
  }
  return { proposal, days: Number(oneOf(TIMES, query.days, '30')) }
}
