import type { Level } from '@/components/ui/level'
import type { ListedRecord } from '@/lib/dns/queries'

/** The level of a record's state. An MX that leads elsewhere is no fault; what nobody could ask is unknown, never broken. */
export function recordLevel({ purpose, observation }: Pick<ListedRecord, 'purpose' | 'observation'>): Level {
  switch (observation?.state) {
    case undefined:
    case 'temperror':
      return 'unknown'
    case 'ok':
      return 'ok'
    case 'propagating':
      return 'waiting'
    case 'missing':
      return purpose === 'own' ? 'attention' : 'broken'
    case 'different':
    case 'several':
      return purpose === 'mx' || purpose === 'own' ? 'attention' : 'broken'
  }
}

/** The name as registrars' forms want it: relative to the domain, `@` for the domain itself. */
export function relativeName(name: string, domain: string): string {
  return name === domain ? '@' : name.slice(0, -domain.length - 1)
}
