import type { DnsPolicy } from '@/lib/dns/policy'
import type { PolicyInput } from '@/lib/dns/policy-schema'

/** `held`: senders keep an enforced policy until then and would not deliver where its host no longer answers. */
export type PolicyChange = { status: 'changed'; policy: DnsPolicy } | { status: 'held'; until: Date }

/**
 * The policy after a change. An MTA-STS policy that was enforced stays in senders' memory for its age (RFC 8461 §8.3): it
 * is taken back by the mode `none`, and may be switched off when that time is over.
 */
export function changePolicy(before: DnsPolicy, input: PolicyInput, now: Date): PolicyChange {
  const { mode, maxAgeSeconds } = before.mtaSts
  if (mode === input.mtaSts.mode && (mode === 'off' || maxAgeSeconds === input.mtaSts.maxAgeSeconds))
    return { status: 'changed', policy: { ...input, mtaSts: { ...before.mtaSts, ...input.mtaSts } } }
  const held = mode === 'enforce' ? new Date(now.getTime() + maxAgeSeconds * 1000) : null
  const heldUntil = [before.mtaSts.heldUntil, held?.toISOString() ?? ''].reduce((a, b) => (a > b ? a : b))
  if (input.mtaSts.mode === 'off' && heldUntil > now.toISOString())
    return { status: 'held', until: new Date(heldUntil) }
  const mtaSts = { ...before.mtaSts, ...input.mtaSts, changedAt: now.toISOString(), heldUntil }
  return { status: 'changed', policy: { ...input, mtaSts } }
}
