/** Why a finding needs nobody for a while: it is accepted as it is, DNS is somebody else's, or it does not apply here. */
export const ACKNOWLEDGED_AS = ['accepted', 'external-dns', 'not-applicable'] as const
export type AcknowledgedAs = (typeof ACKNOWLEDGED_AS)[number]

/** The columns of a finding that nobody acknowledged. */
export const NOT_ACKNOWLEDGED = {
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgedUntil: null,
  acknowledgedAs: null,
  acknowledgedLevel: null,
  acknowledgeReason: '',
} as const
