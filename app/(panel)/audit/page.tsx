import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { ActionName } from '@/components/data/action-name'
import { ActorName } from '@/components/data/actor-name'
import { releasePath, withQuery } from '@/components/data/paths'
import { AbsoluteTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/data/pager'
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
  const [t, { entries, next }] = await Promise.all([
    getTranslations('audit'),
    listAudit(actor, before === null ? {} : { before }),
  ])
  return (
    <>
      <PageHeader title={t('title')} text={t('text')} />
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
                <th>{t('release')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={String(entry.id)} id={`entry-${entry.id}`}>
                  <td className="text-muted whitespace-nowrap">
                    <AbsoluteTime at={entry.at} />
                  </td>
                  <td>
                    <ActorName name={entry.actorName} />
                  </td>
                  <td>
                    <ActionName action={entry.action} subject={entry.subject} />
                    {JSON.stringify(entry.detail) === '{}' ? null : (
                      <details>
                        <summary className="text-muted text-sm">{t('detail')}</summary>
                        <pre className="exact mt-1 wrap-anywhere whitespace-pre-wrap">
                          {JSON.stringify(entry.detail, null, 1)}
                        </pre>
                      </details>
                    )}
                  </td>
                  <td data-label={t('release')}>
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
        />
      </Card>
    </>
  )
}
