import { acknowledgeAction, checkAgainAction, reopenAction } from '@/app/(panel)/checks/actions'
import type { FindingActions } from '@/components/data/finding-item'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'

/** What this reader may do with findings; null: nothing. */
export function findingActions(actor: Actor): FindingActions | null {
  if (!roleMay(actor.role, 'check:write')) return null
  return { again: checkAgainAction, acknowledge: acknowledgeAction, reopen: reopenAction }
}
