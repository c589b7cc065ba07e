import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { ReleaseTable } from '@/components/data/release-table'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/data/pager'
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
  const [t, { releases, next }] = await Promise.all([
    getTranslations('releases'),
    listReleases(actor, before === null ? {} : { before }),
  ])
  return (
    <>
      <PageHeader title={t('title')} text={t('text')} />
      <Card title={t('list')}>
        {releases.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <ReleaseTable label={t('list')} releases={releases} />
        )}
        <Pager
          first={before === null ? null : '/releases'}
          next={next === null ? null : withQuery('/releases', { before: String(next) })}
        />
      </Card>
    </>
  )
}
