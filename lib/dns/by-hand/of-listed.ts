import type { HandRecord } from '@/lib/dns/by-hand/hand-record'
import type { ListedRecord } from '@/lib/dns/queries'

/** What somebody has to do with a record where the zone is kept. */
export type HandWork = 'add' | 'edit' | 'keep-one' | 'none'

export interface HandTask {
  listed: ListedRecord
  record: HandRecord
  work: HandWork
}

function workOf({ observation }: ListedRecord): HandWork {
  switch (observation?.state) {
    case 'ok':
    case 'propagating':
      return 'none'
    case 'different':
      return 'edit'
    case 'several':
      return 'keep-one'
    case 'missing':
    case 'temperror':
    case undefined:
      return 'add'
  }
}

/**
 * The records of a domain as they are typed in, in the form of `zone`; those at another domain in the form of its own.
 * Records that are withdrawn, or held back until mail moves here, are left out. A shared SPF record comes merged.
 */
export function handTasks(records: readonly ListedRecord[], zone: string): HandTask[] {
  return records
    .filter(({ purpose, isHeld }) => purpose !== 'withdrawn' && !isHeld)
    .map((listed) => {
      const { name, type, ttlSeconds, value, merged, isOutside, zoneName } = listed
      const record = { name, type, ttlSeconds, value: merged ?? value, zone: isOutside ? zoneName : zone }
      return { listed, record, work: workOf(listed) }
    })
}
