import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ActionName } from '@/components/data/action-name'
import { ActorName } from '@/components/data/actor-name'
import { diffLines } from '@/components/data/diff-lines'
import { domainPath } from '@/components/data/paths'
import { Refusals } from '@/components/data/refusals'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Diff } from '@/components/ui/diff'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import { releaseLanguage } from '@/lib/http/release-language'
import { releaseNotice } from '@/lib/http/release-notice'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { bigintParam } from '@/lib/http/params'
import { requireRelease } from '@/lib/releases/queries'

interface Props {
  params: Promise<{ number: string }>
}

/** What a node does with a delivery, in order; a stage that took no time was not needed. */
const STAGES = ['check', 'verify', 'apply', 'reload', 'probe'] as const
const LEVEL: Record<string, Level> = { live: 'ok', waiting: 'waiting', down: 'broken', refused: 'broken' }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('release')
  return { title: t('link', { release: (await params).number }) }
}

export default async function ReleasePage({ params }: Props) {
  const actor = await requirePageActor('release:read')
  const number = bigintParam((await params).number) ?? notFound()
  const release = await orNotFound(requireRelease(actor, number))
  const [t, tRelease, format] = await Promise.all([
    getTranslations('releases'),
    getTranslations('release'),
    getFormatter(),
  ])
  const notice = releaseNotice(String(number), { ...release.delivery, milliseconds: null }, await releaseLanguage())
  const stages = (stored: unknown): string => {
    const took = (stored ?? {}) as Record<string, unknown>
    return STAGES.map((stage) => ({ stage, milliseconds: Math.round(Number(took[stage] ?? 0)) }))
      .filter(({ milliseconds }) => milliseconds > 0)
      .map(({ stage, milliseconds }) => `${t(`stage.${stage}`)} ${format.number(milliseconds)} ms`)
      .join(', ')
  }
  return (
    <>
      <PageHeader
        crumbs={[{ href: '/releases', label: t('title') }]}
        title={tRelease('link', { release: String(number) })}
        state={{
          level: notice.level,
          word: notice.word,
          // The words stand below, once.
          text:
            release.refusals.length === 0
              ? notice.text
              : t('refusedBy', { nodes: format.list([...new Set(release.refusals.map((refusal) => refusal.node))]) }),
        }}
      />
      <Refusals refusals={release.refusals} hasDomainLink />
      <div className="wide:grid-cols-2 grid grid-cols-1 gap-x-5">
        <Card title={t('what')}>
          <Facts
            facts={[
              { term: t('action'), value: <ActionName action={release.action} subject={release.subject} /> },
              { term: t('who'), value: <ActorName name={release.actorName} /> },
              {
                term: t('when'),
                value: (
                  <>
                    <AbsoluteTime at={release.at} /> (<RelativeTime at={release.at} />)
                  </>
                ),
              },
              ...(release.domainNames.length > 0
                ? [
                    {
                      term: t('domains'),
                      value: release.domainNames.map((name) => (
                        <Link key={name} prefetch={false} href={domainPath(name)} className="mr-2">
                          {name}
                        </Link>
                      )),
                    },
                  ]
                : []),
            ]}
          />
        </Card>
        <Card title={t('onNodes')}>
          {release.delivery.nodes.length === 0 ? (
            <p className="text-muted px-4 py-3">{tRelease('noNodes')}</p>
          ) : (
            <Facts
              facts={release.delivery.nodes.map((node) => ({
                term: node.name,
                value: (
                  <>
                    <Badge level={LEVEL[node.state] ?? 'unknown'}>{t(`nodeState.${node.state}`)}</Badge>{' '}
                    {node.state === 'refused' ? null : <span className="text-muted">{node.words}</span>}
                  </>
                ),
              }))}
            />
          )}
        </Card>
      </div>
      <Card
        title={t('difference')}
        aside={
          release.total > release.changes.length
            ? t('shown', { shown: release.changes.length, total: release.total })
            : t('lineCount', { count: release.total })
        }
      >
        <Diff lines={diffLines(release.changes)} />
        <p className="border-line text-muted border-t px-4 py-2 text-sm">{t('masked')}</p>
      </Card>
      {release.deliveries.length > 0 ? (
        <Card title={t('deliveries')}>
          <Table label={t('deliveries')} folds>
            <thead>
              <tr>
                <th>{t('node')}</th>
                <th>{t('result')}</th>
                <th>{t('when')}</th>
                <th>{t('stages')}</th>
              </tr>
            </thead>
            <tbody>
              {release.deliveries.map((delivery) => (
                <tr key={`${delivery.node.name} ${delivery.startedAt.toISOString()}`}>
                  <td>{delivery.node.name}</td>
                  <td>
                    {t.has(`deliveryState.${delivery.state}`) ? t(`deliveryState.${delivery.state}`) : delivery.state}{' '}
                    <span className="text-muted wrap-anywhere">{delivery.words}</span>
                  </td>
                  <td className="text-muted">
                    <RelativeTime at={delivery.startedAt} />
                  </td>
                  <td className="text-muted" data-label={t('stages')}>
                    {stages(delivery.stages)}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </Card>
      ) : null}
    </>
  )
}
