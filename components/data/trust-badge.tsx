import { getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'

const LEVELS: Record<string, Level> = { verified: 'ok', pending: 'waiting', unverified: 'attention' }

/** Whether the mail of a report is from who it says, and why not; nothing where it did not come as a mail. */
export async function TrustBadge({ trust, reason }: { trust: string; reason: string | null }) {
  if (trust === 'none') return null
  const t = await getTranslations('reportTrust')
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <Badge level={LEVELS[trust] ?? 'unknown'}>{t(`states.${trust}`)}</Badge>
      {reason === null ? null : <span className="text-muted text-sm">{t(`reasons.${reason}`)}</span>}
    </span>
  )
}
