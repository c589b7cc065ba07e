import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { NodeFindings } from '@/app/(panel)/nodes/node-findings'
import { byteFormatter } from '@/components/data/bytes'
import { openLevel, isOpen } from '@/components/data/finding-level'
import { nodeLevel } from '@/components/data/node-level'
import { releasePath } from '@/components/data/paths'
import { Refusals } from '@/components/data/refusals'
import { RelativeTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Facts } from '@/components/ui/facts'
import { worstLevel } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import { listNodeFindings } from '@/lib/checks/queries'
import { requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'
import { listNodes } from '@/lib/nodes/queries'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('nodes'))('title') }
}

export default async function NodesPage({ searchParams }: { searchParams: Promise<{ acknowledge?: string }> }) {
  const actor = await requirePageActor('node:read')
  const [t, tFindings, format, bytes, { nodes, newestRelease }, findings, { acknowledge }] = await Promise.all([
    getTranslations('nodes'),
    getTranslations('findings'),
    getFormatter(),
    byteFormatter(),
    listNodes(actor),
    listNodeFindings(actor),
    plainQuery(searchParams),
  ])
  const open = [...findings.values()].flat().filter(isOpen)
  const level = nodes.length === 0 ? 'attention' : worstLevel([...nodes.map(nodeLevel), openLevel(open)])
  const current = nodes.filter((node) => node.isCurrent).length
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{
          level,
          word: nodes.length > 0 && level === 'attention' ? tFindings('levels.attention') : t(`level.${level}`),
          text:
            nodes.length === 0
              ? t('stateNone')
              : [
                  t('state', { current, total: nodes.length, release: String(newestRelease) }),
                  open.length > 0 ? tFindings('stateOpen', { count: open.length }) : '',
                ].join(' '),
        }}
      />
      {nodes.length === 0 ? (
        <Card title={t('title')}>
          <Empty title={t('emptyTitle')}>
            <p>{t('emptyText')}</p>
            <pre className="exact mt-2">posthouse node add</pre>
          </Empty>
        </Card>
      ) : null}
      <div className="wide:grid-cols-2 grid grid-cols-1 gap-x-5">
        {nodes.map((node) => (
          <Card
            key={node.name}
            title={node.name}
            aside={<Badge level={nodeLevel(node)}>{t(`level.${nodeLevel(node)}`)}</Badge>}
          >
            <Facts
              facts={[
                { term: t('roles'), value: node.roles.map((role) => t(`role.${role}`)).join(', ') },
                { term: t('hostName'), value: <span className="exact">{node.hostName}</span> },
                {
                  term: t('addresses'),
                  value: <span className="exact">{node.publicAddresses.join(', ') || '–'}</span>,
                },
                {
                  term: t('runs'),
                  value:
                    node.confirmedRelease === 0n ? (
                      t('runsNone')
                    ) : (
                      <>
                        <Link prefetch={false} href={releasePath(node.confirmedRelease)}>
                          {t('release', { release: String(node.confirmedRelease) })}
                        </Link>
                        {node.heldLines > 0 ? ` ${t('less', { count: node.heldLines })}` : ''}
                      </>
                    ),
                },
                { term: t('lastSeen'), value: node.lastSeenAt ? <RelativeTime at={node.lastSeenAt} /> : t('never') },
                ...(node.lastError
                  ? [
                      {
                        term: t('error'),
                        value: <span className="text-broken exact">{node.lastError}</span>,
                      },
                    ]
                  : []),
                ...(node.status
                  ? [
                      {
                        term: t('daemons'),
                        value: (
                          <ul className="flex flex-wrap gap-1.5">
                            {node.status.daemons.map((daemon) => (
                              <li key={daemon.name}>
                                <Badge level={daemon.isRunning ? 'ok' : 'broken'}>{daemon.name}</Badge>
                                {daemon.isRunning ? (
                                  <span className="sr-only">{t('running')}</span>
                                ) : (
                                  ` ${daemon.words}`
                                )}
                              </li>
                            ))}
                          </ul>
                        ),
                      },
                      {
                        term: t('disk'),
                        value: bytes(node.status.diskFreeBytes),
                      },
                      ...(node.status.queueSize === null
                        ? []
                        : [{ term: t('queue'), value: format.number(node.status.queueSize) }]),
                      {
                        term: t('versions'),
                        value: Object.entries(node.status.versions)
                          .map(([name, version]) => `${name} ${version}`)
                          .join(', '),
                      },
                    ]
                  : []),
              ]}
            />
            <div className="px-4">
              <Refusals refusals={node.refusals} hasDomainLink />
            </div>
            {node.holds.length > 0 ? (
              <Table label={t('held')} folds>
                <thead>
                  <tr>
                    <th>{t('line')}</th>
                    <th>{t('reason')}</th>
                    <th>{t('since')}</th>
                  </tr>
                </thead>
                <tbody>
                  {node.holds.map((hold) => (
                    <tr key={`${hold.map} ${hold.domain} ${hold.key}`}>
                      <td className="exact">
                        {hold.map} {hold.key}
                      </td>
                      <td>
                        {hold.reason.startsWith('waits:')
                          ? t('holdReason.waits', { node: hold.reason.slice('waits:'.length) })
                          : hold.reason === 'reload'
                            ? t('holdReason.reload', { words: hold.words })
                            : t('holdReason.refused')}
                      </td>
                      <td className="text-muted">
                        <RelativeTime at={hold.since} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            ) : null}
            <NodeFindings
              actor={actor}
              node={node.name}
              findings={findings.get(node.name) ?? []}
              acknowledging={acknowledge}
            />
          </Card>
        ))}
      </div>
    </>
  )
}
