import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ActionName } from '@/components/data/action-name'
import { releasePath, withQuery } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/ui/pager'
import { Table } from '@/components/ui/table'
import { requirePageActor } from '@/lib/http/page'
import { bigintParam } from '@/lib/http/params'
import { listReleases } from '@/lib/releases/queries'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('releases'))('title') }
}

export default async function ReleasesPage({ searchParams }: { searchParams: Promise<{ before?: string }> }) {
  const actor = await requirePageActor('release:read')
  const before = bigintParam((await plainQuery(searchParams)).before)
  const [t, tList, format, { releases, next }] = await Promise.all([
    getTranslations('releases'),
    getTranslations('list'),
    getFormatter(),
    listReleases(actor, before === null ? {} : { before }),
  ])
  return (
    <>
      <PageHeader title={t('title')} state={{ level: 'unknown', word: t('word'), text: t('text') }} />
      <Card title={t('list')}>
        {releases.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <Table label={t('list')} folds>
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
                  <td>
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
                  <td className="text-muted">{release.actorName}</td>
                  <td className="text-muted">
                    <RelativeTime at={release.at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <Pager
          first={before === null ? null : '/releases'}
          next={next === null ? null : withQuery('/releases', { before: String(next) })}
          labels={{ first: tList('first'), next: tList('next'), name: tList('pages') }}
        />
      </Card>
    </>
  )
}
