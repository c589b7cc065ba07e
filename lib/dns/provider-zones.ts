import type { Provider, ZoneResult } from '@/lib/dns/provider'
import { zoneNameOf } from '@/lib/dns/zone-name'

/** `outside`: it stands at another domain, for whose owner it is to publish. */
export type RecordZone = ZoneResult | { status: 'outside' }

/** The zone of a provider for each record of a domain and its other names, by the record's name; each zone is looked for once. */
export function zonesAt(provider: Provider, names: readonly string[]): (name: string) => Promise<RecordZone> {
  const found = new Map<string, Promise<ZoneResult>>()
  return (name) => {
    const zoneName = zoneNameOf(name, names)
    if (!names.includes(zoneName)) return Promise.resolve({ status: 'outside' })
    const zone = found.get(zoneName) ?? provider.findZone(zoneName)
    found.set(zoneName, zone)
    return zone
  }
}
