import type { Look } from '@/lib/checks/look'
import { parseDmarcPolicy, type DmarcPolicyRecord } from '@/lib/dmarc/policy-record'
import { isDmarcRecord } from '@/lib/dns/dmarc-record'

/** Names are asked for at most this often (RFC 9989 §4.10). */
const MOST_QUERIES = 8

/** What stands at one name of the walk. */
export interface WalkStep {
  name: string
  /** The one record that counts there; null where none or several stand there. */
  record: DmarcPolicyRecord | null
  /** How many texts there claim to be DMARC records. */
  claims: string[]
}

export type Discovery =
  | {
      status: 'done'
      steps: WalkStep[]
      /** The organizational domain (RFC 9989 §4.10.2). */
      organization: string
      /** Where the policy that applies stands: the name without `_dmarc`, null where there is none. */
      policyAt: string | null
    }
  | { status: 'unknown'; words: string }

/** The names of the tree walk from `domain` upwards (RFC 9989 §4.10): it and its parents, at most eight. */
export function walkNames(domain: string): string[] {
  const labels = domain.split('.')
  const parents = labels.map((_, index) => labels.slice(index).join('.')).slice(1)
  const skipped = labels.length > MOST_QUERIES ? parents.slice(labels.length - MOST_QUERIES) : parents
  return [domain, ...skipped]
}

/**
 * Finds organizational domain and policy of a domain by the tree walk of RFC 9989 §4.10. `txt` gives the TXT records at a
 * name; where one cannot be learned nothing is concluded.
 */
export async function discoverDmarc(domain: string, txt: (name: string) => Promise<Look>): Promise<Discovery> {
  const steps: WalkStep[] = []
  for (const name of walkNames(domain)) {
    const found = await txt(`_dmarc.${name}`)
    if (found.status === 'unknown') return { status: 'unknown', words: found.words }
    const claims = found.status === 'found' ? found.values.filter(isDmarcRecord) : []
    const [only] = claims
    const record = claims.length === 1 && only !== undefined ? parseDmarcPolicy(only) : null
    steps.push({ name, record, claims })
    if (record?.psd === 'n' || (record?.psd === 'y' && name !== domain)) break
  }
  const organization = organizationOf(domain, steps)
  const own = steps[0]?.record ? domain : null
  const above = steps.find((step) => step.name === organization && step.record)?.name
  const suffix = steps.find((step) => step.record?.psd === 'y')?.name
  return { status: 'done', steps, organization, policyAt: own ?? above ?? suffix ?? null }
}

function organizationOf(domain: string, steps: readonly WalkStep[]): string {
  const withRecord = steps.filter((step) => step.record)
  const ends = withRecord.find((step) => step.record?.psd === 'n')
  if (ends) return ends.name
  const suffix = withRecord.find((step) => step.record?.psd === 'y' && step.name !== domain)
  if (suffix) {
    const labels = domain.split('.')
    return labels.slice(labels.length - suffix.name.split('.').length - 1).join('.')
  }
  return withRecord.at(-1)?.name ?? domain
}
