import { getTranslations } from 'next-intl/server'
import { recordLevel } from '@/components/data/record-state'
import { AbsoluteTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import type { ListedRecord } from '@/lib/dns/queries'

/** The records that a domain waits for, a line each: its state turns by itself as DNS shows it. */
export async function RecordStates({ records }: { records: readonly ListedRecord[] }) {
  const t = await getTranslations('dns')
  return (
    <ul className="flex flex-col gap-1.5">
      {records.map((record) => (
        <li key={record.id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Badge level={recordLevel(record)}>{t(`states.${record.observation?.state ?? 'unasked'}`)}</Badge>
          <b className="font-semibold">{t(`purposes.${record.purpose}`)}</b>
          <span className="exact text-muted wrap-anywhere">
            {record.name} {record.type}
          </span>
          {record.observation?.waitingUntil ? (
            <span className="text-muted text-sm">
              {t.rich('until', { at: () => <AbsoluteTime at={record.observation?.waitingUntil ?? new Date()} /> })}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  )
}
