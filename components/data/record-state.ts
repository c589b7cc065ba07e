import type { Level } from '@/components/ui/level'
import type { ListedRecord } from '@/lib/dns/queries'

type Judged = Pick<ListedRecord, 'purpose' | 'need' | 'isHeld' | 'observation'>

/**
 * The level of a record's state: how bad something wrong is goes by what hangs on the record. An MX that leads elsewhere is
 * no fault, a wrong TLSA is one always (senders that check it refuse to deliver); what nobody could ask is unknown, never
 * broken; an optional record that is not there says nothing.
 */
export function recordLevel({ purpose, need, isHeld, observation }: Judged): Level {
  const state = observation?.state
  if (isHeld && state !== 'ok') return 'waiting'
  switch (state) {
    case undefined:
    case 'temperror':
      return 'unknown'
    case 'ok':
      return 'ok'
    case 'propagating':
      return 'waiting'
    case 'missing':
      return { required: 'broken', recommended: 'attention', optional: 'unknown' }[need] as Level
    case 'different':
    case 'several':
      if (purpose === 'tlsa' && state === 'different') return 'broken'
      return need === 'required' && purpose !== 'mx' ? 'broken' : 'attention'
  }
}

/** True for a record that a page counts: what is held back or may be left out does not make a domain unready. */
export function isCounted({ need, isHeld, observation }: Judged): boolean {
  const isLeftOut = need === 'optional' && observation?.state !== 'different' && observation?.state !== 'several'
  return !isHeld && !isLeftOut
}

/** The name as registrars' forms want it: relative to the zone's domain, `@` for that itself. */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return '@'
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name
}
