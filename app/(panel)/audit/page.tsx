import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { ActionName } from '@/components/data/action-name'
import { releasePath, withQuery } from '@/components/data/paths'
import { AbsoluteTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/ui/pager'
import { Table } from '@/components/ui/table'
import { listAudit } from '@/lib/audit/queries'
import { requirePageActor } from '@/lib/http/page'
import { bigintParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('audit'))('title') }
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<{ before?: string }> }) {
  const actor = await requirePageActor('audit:read')
  const before = bigintParam((await plainQuery(searchParams)).before)
  const [t, tList, { entries, next }] = await Promise.all([
    getTranslations('audit'),
    getTranslations('list'),
    listAudit(actor, before === null ? {} : { before }),
  ])
  return (
    <>
      <PageHeader title={t('title')} state={{ level: 'unknown', word: t('word'), text: t('text') }} />
      <Card title={t('list')}>
        {entries.length === 0 ? (
          <Empty title={t('emptyTitle')} />
        ) : (
          <Table label={t('list')} folds>
            <thead>
              <tr>
                <th>{t('when')}</th>
                <th>{t('who')}</th>
                <th>{t('what')}</th>
                <th>{t('detail')}</th>
                <th>{t('release')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={String(entry.id)} id={`entry-${entry.id}`}>
                  <td className="text-muted whitespace-nowrap">
                    <AbsoluteTime at={entry.at} />
                  </td>
                  <td>{entry.actorName}</td>
                  <td>
                    <ActionName action={entry.action} subject={entry.subject} />
                  </td>
                  <td>
                    {JSON.stringify(entry.detail) === '{}' ? null : (
                      <details>
                        <summary className="text-muted text-sm">{t('show')}</summary>
                        <pre className="mt-1 font-mono text-[12.5px] leading-[19px] [overflow-wrap:anywhere] whitespace-pre-wrap">
                          {JSON.stringify(entry.detail, null, 1)}
                        </pre>
                      </details>
                    )}
                  </td>
                  <td>
                    {entry.release === null ? null : (
                      <Link prefetch={false} href={releasePath(entry.release)}>
                        {String(entry.release)}
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <Pager
          first={before === null ? null : '/audit'}
          next={next === null ? null : withQuery('/audit', { before: String(next) })}
          labels={{ first: tList('first'), next: tList('next'), name: tList('pages') }}
        />
      </Card>
    </>
  )
}
