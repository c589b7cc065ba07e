import { coversHost } from '@/lib/checks/certificate'
import { result, type CheckLevel, type CheckResult } from '@/lib/checks/check'
import type { SeenCertificate } from '@/lib/checks/world'
import { isPrivateName } from '@/lib/settings/server-checks'

const DAY_MS = 24 * 60 * 60 * 1000
const SOON_DAYS = 14
/** RFC 9325 §4.5. */
const LEAST_BITS: Readonly<Record<string, number>> = { rsa: 2048, ec: 256, ed25519: 256, ed448: 448 }
const WEAK_SIGNATURE = /md5|sha-?1(?!\d)/i

type State = 'fine' | 'expired' | 'early' | 'name' | 'distrust' | 'soon' | 'weakKey' | 'weakSignature'

/** The worst that is to be said of a certificate at `now`, trust last of what breaks: its words name the rest too. */
function stateOf(seen: SeenCertificate, hostName: string, now: Date): State {
  if (seen.notAfter < now) return 'expired'
  if (seen.notBefore > now) return 'early'
  if (!coversHost(seen, hostName)) return 'name'
  if (seen.distrust !== null) return 'distrust'
  if (seen.notAfter.getTime() - now.getTime() < SOON_DAYS * DAY_MS) return 'soon'
  if (seen.keyBits < (LEAST_BITS[seen.keyType] ?? 0)) return 'weakKey'
  return WEAK_SIGNATURE.test(seen.signatureAlgorithm) ? 'weakSignature' : 'fine'
}

const BREAKING: readonly State[] = ['expired', 'early', 'name', 'distrust']

/**
 * Point 22: chain, name, dates, key and signature of a mail server's certificate. Nobody can have a trusted one for a
 * private name: there what is wrong with trust is attention at most.
 */
export function judgeCertificate(seen: SeenCertificate, hostName: string, now: Date): CheckResult {
  const state = stateOf(seen, hostName, now)
  const wrong = BREAKING.includes(state) && !isPrivateName(hostName) ? 'broken' : 'attention'
  const level: CheckLevel = state === 'fine' ? 'ok' : wrong
  const days = Math.max(0, Math.floor((seen.notAfter.getTime() - now.getTime()) / DAY_MS))
  const about: Partial<Record<State, string>> = {
    expired: seen.notAfter.toISOString().slice(0, 10),
    early: seen.notBefore.toISOString().slice(0, 10),
    name: seen.subjectNames.join(', ') || '-',
    distrust: seen.distrust ?? '',
    soon: seen.notAfter.toISOString().slice(0, 10),
    weakKey: `${seen.keyType} ${seen.keyBits}`,
    weakSignature: seen.signatureAlgorithm,
  }
  return result('smtp.certificate', level, {
    found: about[state] === undefined ? [] : [about[state], seen.issuer],
    expected: state === 'name' ? [hostName] : [],
    values: { state, days: state === 'soon' ? days : 0, bits: state === 'weakKey' ? seen.keyBits : 0 },
  })
}
