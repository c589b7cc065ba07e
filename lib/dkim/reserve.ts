import type { DkimKeyState } from '@/lib/db/generated/enums'

/** A key as far as what hangs on its record is concerned. */
export interface KeyInUse {
  id: string
  selector: string
  state: DkimKeyState
  isSpare: boolean
}

const SIGNED: readonly DkimKeyState[] = ['active', 'retiring']

/**
 * True for a key record (or the alias that leads to one) on which no mail depends now: of the spare, of the next key while
 * another signs, of a slot that is empty. `name` is the record's, `dkimKeyId` null for an alias.
 */
export function isReserve(
  record: { name: string; type: string; dkimKeyId: string | null },
  keys: readonly KeyInUse[],
): boolean {
  const key = keys.find(({ id, selector, state }) =>
    record.type === 'CNAME'
      ? state !== 'removed' && record.name.startsWith(`${selector}._domainkey.`)
      : id === record.dkimKeyId,
  )
  if (!key) return record.type === 'CNAME'
  if (SIGNED.includes(key.state)) return false
  return key.isSpare || keys.some(({ state }) => state === 'active')
}
