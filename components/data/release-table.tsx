import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ActionName } from '@/components/data/action-name'
import { ActorName } from '@/components/data/actor-name'
import { releasePath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { Table } from '@/components/ui/table'

interface ListedRelease {
  number: bigint
  at: Date
  actorName: string
  action: string
  subject: string
  _count: { changes: number }
}

/** Releases, a line each: what was done to what, by whom, when. `label` names the table for those who do not see it. */
export async function ReleaseTable({ label, releases }: { label: string; releases: readonly ListedRelease[] }) {
  const [t, format] = await Promise.all([getTranslations('releases'), getFormatter()])
  return (
    <Table label={label} folds>
      <thead>
        <tr>
          <th>{t('number')}</th>
          <th>{t('what')}</th>
          <th className="num">{t('lines')}</th>
          <th>{t('who')}</th>
          <th>{t('when')}</th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={String(release.number)}>
            <td data-label={t('number')}>
              <Link prefetch={false} href={releasePath(release.number)}>
                {String(release.number)}
              </Link>
            </td>
            <td>
              <ActionName action={release.action} subject={release.subject} />
            </td>
            <td className="num" data-label={t('lines')}>
              {format.number(release._count.changes)}
            </td>
            <td className="text-muted">
              <ActorName name={release.actorName} />
            </td>
            <td className="text-muted">
              <RelativeTime at={release.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
