import { parseDnsPolicy } from '@/lib/dns/policy'
import type { WantedInput } from '@/lib/dns/wanted-records'

/** The plan's input for a hosted domain without hosts, keys or services; `policy` as it is stored. */
export function wantedInput(
  domain: string,
  { policy = {}, ...more }: Partial<Omit<WantedInput, 'domain' | 'policy'>> & { policy?: object } = {},
): WantedInput {
  return {
    domain,
    kind: 'hosted',
    policy: parseDnsPolicy(policy),
    hosts: [],
    hostsInside: [],
    keys: [],
    delegation: null,
    panelHost: null,
    services: {},
    ttlSeconds: 3600,
    ...more,
  }
}
