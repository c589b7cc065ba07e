import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { TestTable } from '@/components/data/test-table'
import { testLevel } from '@/components/data/test-badge'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { worstLevel } from '@/components/ui/level'
import { listTests } from '@/lib/deliverability/queries'
import { requirePageActor } from '@/lib/http/page'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('tests'))('title') }
}

export default async function TestsPage() {
  const actor = await requirePageActor('test:read')
  const [t, tests] = await Promise.all([getTranslations('tests'), listTests(actor, { take: 50 })])
  // The newest test of each domain is what counts.
  const newest = [...new Map([...tests].reverse().map((test) => [test.domain.name, test])).values()]
  const level = newest.length === 0 ? 'unknown' : worstLevel(newest.map((test) => testLevel(test.state)))
  const passed = newest.filter((test) => test.state === 'passed').length
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{
          level,
          word: t(`level.${level}`),
          text: newest.length === 0 ? t('emptyTitle') : t('overview', { passed, total: newest.length }),
        }}
      />
      <Card title={t('history')}>
        {tests.length === 0 ? (
          <Empty title={t('emptyTitle')} action={<ButtonLink href="/domains">{t('toDomains')}</ButtonLink>}>
            {t('emptyText')}
          </Empty>
        ) : (
          <TestTable tests={tests} hasDomain />
        )}
      </Card>
    </>
  )
}
