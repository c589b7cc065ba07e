import type { Metadata } from 'next'
import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainBadge } from '@/components/data/domain-state'
import { domainPath } from '@/components/data/paths'
import { TestTable } from '@/components/data/test-table'
import { ReleaseTable } from '@/components/data/release-table'
import { RelativeTime } from '@/components/data/time'
import { PageHeader } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { worstLevel, type Level } from '@/components/ui/level'
import { roleMay } from '@/lib/auth/permissions'
import { listTests } from '@/lib/deliverability/queries'
import { toUnicode } from '@/lib/domains/unicode'
import { countDirectory, listDomains } from '@/lib/domains/queries'
import { judgeReadiness } from '@/lib/domains/readiness'
import { requirePageActor } from '@/lib/http/page'
import { listNodes } from '@/lib/nodes/queries'
import { listReleases } from '@/lib/releases/queries'
import { getServerSettings } from '@/lib/settings/queries'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('nav'))('overview') }
}

const SHOWN = 8

export default async function OverviewPage() {
  const actor = await requirePageActor('domain:read')
  const [t, tNodes, tReadiness, format, counts, { domains }, tests, { releases }, nodes, settings] = await Promise.all([
    getTranslations('overview'),
    getTranslations('nodes'),
    getTranslations('readiness'),
    getFormatter(),
    countDirectory(actor),
    listDomains(actor),
    listTests(actor, { take: 5 }),
    listReleases(actor, { take: SHOWN }),
    roleMay(actor.role, 'node:read') ? listNodes(actor) : null,
    roleMay(actor.role, 'setting:read') ? getServerSettings(actor) : null,
  ])
  const judged = domains.map((domain) => ({
    name: domain.name,
    readiness: judgeReadiness({
      refusingNodes: domain.refusingNodes,
      suspendMode: domain.suspendMode,
      mailboxCount: domain.mailboxCount,
      records: domain.dnsRecords.map(({ purpose, observation }) => ({ purpose, state: observation?.state ?? null })),
      keyStates: domain.dkimKeys.map((key) => key.state),
      lastTest: domain.lastTest,
    }),
  }))
  const ready = judged.filter(({ readiness }) => readiness.code === 'ready').length
  const open = judged.filter(({ readiness }) => readiness.code !== 'ready')
  const broken = judged.filter(({ readiness }) => readiness.level === 'broken').length
  const down = nodes?.nodes.filter((node) => node.lastError !== null) ?? []
  const level: Level =
    counts.domains === 0
      ? 'unknown'
      : worstLevel([
          ...judged.map(({ readiness }) => readiness.level),
          ...(down.length > 0 ? (['broken'] as const) : []),
        ])
  const create = roleMay(actor.role, 'domain:create') ? (
    <ButtonLink href="/domains/new" variant="primary">
      {t('createDomain')}
    </ButtonLink>
  ) : null
  const text =
    counts.domains === 0
      ? t('stateNone')
      : down.length > 0
        ? t('stateDown', { nodes: format.list(down.map((node) => node.name)) })
        : broken > 0
          ? t('stateBroken', { broken, ready, total: judged.length })
          : t('state', { ready, total: judged.length })
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{ level, word: t(`level.${level}`), text }}
        actions={counts.domains > 0 ? create : null}
      />
      {settings?.hostName === null && roleMay(actor.role, 'setting:write') ? (
        <Card title={t('serverTitle')}>
          <Empty title={t('serverMissing')} action={<ButtonLink href="/setup/server">{t('serverAction')}</ButtonLink>}>
            {t('serverText')}
          </Empty>
        </Card>
      ) : null}
      {counts.domains === 0 ? (
        <Card title={t('domains')}>
          <Empty title={t('emptyTitle')} action={create}>
            {t('emptyText')}
          </Empty>
        </Card>
      ) : (
        <div className="wide:grid-cols-[1.35fr_1fr] grid grid-cols-1 items-start gap-x-5">
          <Card
            title={open.length > 0 ? t('toDo') : t('domains')}
            aside={
              <Link prefetch={false} href="/domains">
                {t('allDomains', { count: counts.domains })}
              </Link>
            }
          >
            <ul>
              {(open.length > 0 ? open : judged).slice(0, SHOWN).map(({ name, readiness }) => (
                <li
                  key={name}
                  className="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2.5 last:border-b-0"
                >
                  <DomainBadge readiness={readiness} />
                  <Link prefetch={false} href={domainPath(name)} className="text-text font-[550]">
                    {toUnicode(name)}
                  </Link>
                  <span className="text-muted text-sm">
                    {tReadiness(`short.${readiness.code}`, { wrong: readiness.wrong, total: readiness.total })}
                  </span>
                </li>
              ))}
            </ul>
          </Card>
          <div>
            {nodes ? (
              <Card
                title={t('nodes')}
                aside={
                  <Link prefetch={false} href="/nodes">
                    {t('newest', { release: String(nodes.newestRelease) })}
                  </Link>
                }
              >
                {nodes.nodes.length === 0 ? (
                  <Empty title={tNodes('emptyTitle')}>{tNodes('emptyText')}</Empty>
                ) : (
                  <ul>
                    {nodes.nodes.map((node) => (
                      <li
                        key={node.name}
                        className="border-line flex flex-wrap items-center gap-x-3 border-b px-4 py-2.5 last:border-b-0"
                      >
                        <Badge level={node.lastError !== null ? 'broken' : node.isCurrent ? 'ok' : 'waiting'}>
                          {tNodes(`level.${node.lastError !== null ? 'broken' : node.isCurrent ? 'ok' : 'waiting'}`)}
                        </Badge>
                        <b className="font-semibold">{node.name}</b>
                        <span className="text-muted text-sm">
                          {tNodes('release', { release: String(node.confirmedRelease) })}
                          {node.lastSeenAt ? (
                            <>
                              {' · '}
                              <RelativeTime at={node.lastSeenAt} />
                            </>
                          ) : null}
                        </span>
                      </li>
                    ))}
                  </ul>
                )}
              </Card>
            ) : null}
          </div>
        </div>
      )}
      {tests.length > 0 ? (
        <Card title={t('tests')}>
          <TestTable tests={tests} hasDomain />
        </Card>
      ) : null}
      {releases.length > 0 ? (
        <Card title={t('changes')}>
          <ReleaseTable label={t('changes')} releases={releases} />
        </Card>
      ) : null}
    </>
  )
}
