import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ChecksSummary } from '@/app/(panel)/checks-summary'
import { DomainsCard, NodesCard } from '@/app/(panel)/overview-cards'
import { nodeLevel, type ListedNode } from '@/components/data/node-level'
import { ReleaseTable } from '@/components/data/release-table'
import { TestTable } from '@/components/data/test-table'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { worstLevel } from '@/components/ui/level'
import { roleMay } from '@/lib/auth/permissions'
import { listFindingGroups } from '@/lib/checks/queries'
import { listTests } from '@/lib/deliverability/queries'
import { countDirectory, listDomains } from '@/lib/domains/queries'
import { requirePageActor } from '@/lib/http/page'
import { listNodes } from '@/lib/nodes/queries'
import { listReleases } from '@/lib/releases/queries'
import { getServerSettings } from '@/lib/settings/queries'

const RELEASES = 8
const TESTS = 5

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('overview'))('title') }
}

export default async function OverviewPage() {
  const actor = await requirePageActor('domain:read')
  const [t, format, counts, { domains }, groups, tests, { releases }, nodes, settings] = await Promise.all([
    getTranslations('overview'),
    getFormatter(),
    countDirectory(actor),
    listDomains(actor),
    listFindingGroups(actor, {}, 1),
    listTests(actor, { take: TESTS }),
    listReleases(actor, { take: RELEASES }),
    roleMay(actor.role, 'node:read') ? listNodes(actor) : null,
    roleMay(actor.role, 'setting:read') ? getServerSettings(actor) : null,
  ])
  const ready = domains.filter(({ readiness }) => readiness.level === 'ok').length
  const broken = domains.filter(({ readiness }) => readiness.level === 'broken').length
  const brokenNodes = nodes?.nodes.filter((node) => nodeLevel(node) === 'broken') ?? []
  const silentNodes = brokenNodes.filter((node) => node.lastError !== null)
  const namesOf = (list: ListedNode[]) => ({ nodes: format.list(list.map((node) => node.name)) })
  const level =
    counts.domains === 0
      ? 'unknown'
      : brokenNodes.length > 0
        ? 'broken'
        : worstLevel(domains.map(({ readiness }) => readiness.level))
  const text =
    counts.domains === 0
      ? t('stateNone')
      : silentNodes.length > 0
        ? t('stateSilent', namesOf(silentNodes))
        : broken > 0
          ? t('stateBroken', { broken, ready, total: domains.length })
          : brokenNodes.length > 0
            ? t('stateNodes', namesOf(brokenNodes))
            : t('state', { ready, total: domains.length })
  // The list's first page is what is judged here.
  const note = counts.domains > domains.length ? t('firstOnly', { shown: domains.length, total: counts.domains }) : ''
  const create = roleMay(actor.role, 'domain:create') ? (
    <ButtonLink href="/domains/new" variant="primary">
      {t('createDomain')}
    </ButtonLink>
  ) : null
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{ level, word: t(`level.${level}`), text: `${text} ${note}` }}
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
        <div className={`grid grid-cols-1 items-start gap-x-5 ${nodes ? 'wide:grid-cols-[1.35fr_1fr]' : ''}`}>
          <DomainsCard domains={domains} total={counts.domains} />
          {nodes ? <NodesCard {...nodes} /> : null}
        </div>
      )}
      <ChecksSummary groups={groups} />
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
