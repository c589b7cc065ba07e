import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { findingActions } from '@/app/(panel)/checks/finding-actions'
import { FindingFilters } from '@/app/(panel)/checks/finding-filters'
import { FindingGroups } from '@/app/(panel)/checks/finding-groups'
import { FindingItem } from '@/components/data/finding-item'
import { Pager } from '@/components/data/pager'
import { withQuery } from '@/components/data/paths'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { Actor } from '@/lib/auth/actor'
import { listFindingGroups, listFindings, type FindingKey } from '@/lib/checks/queries'
import { whoActs } from '@/lib/checks/registry'
import { findingFilter, type FindingFilter } from '@/lib/checks/schema'
import { checkTitle } from '@/lib/checks/words'
import { requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'

type Query = Record<
  'check' | 'level' | 'who' | 'show' | 'after' | 'alias' | 'subject' | 'acknowledge',
  string | undefined
>

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('findings'))('title') }
}

export default async function ChecksPage({ searchParams }: { searchParams: Promise<Partial<Query>> }) {
  const actor = await requirePageActor('check:read')
  const query = await plainQuery(searchParams)
  const filter = findingFilter.parse(query)
  const [t, groups] = await Promise.all([getTranslations('findings'), listFindingGroups(actor, filter)])
  const count = (level: string) =>
    groups.filter((group) => group.level === level).reduce((sum, group) => sum + group.count, 0)
  const counts = { broken: count('broken'), attention: count('attention') }
  const level = counts.broken > 0 ? 'broken' : counts.attention > 0 ? 'attention' : 'ok'
  const isQuiet = filter.show === 'acknowledged'
  return (
    <>
      <PageHeader
        title={t('title')}
        state={
          isQuiet
            ? { level: 'unknown', word: t('acknowledgedWord'), text: t('stateAcknowledged', counts) }
            : { level, word: t(`levels.${level}`), text: level === 'ok' ? t('stateFine') : t('state', counts) }
        }
      />
      <FindingFilters filter={filter} />
      {filter.check === undefined ? (
        <FindingGroups groups={groups} filter={filter} />
      ) : (
        <OneCheck actor={actor} filter={{ ...filter, check: filter.check }} query={query} />
      )}
    </>
  )
}

function keyOf({ after, alias, subject }: Partial<Query>): FindingKey | null {
  return after === undefined ? null : { name: after, alias: alias ?? '', subject: subject ?? '' }
}

/** The findings of one check, by domain. */
async function OneCheck({
  actor,
  filter,
  query,
}: {
  actor: Actor
  filter: FindingFilter & { check: string }
  query: Partial<Query>
}) {
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  const { findings, next } = await listFindings(actor, filter, keyOf(query))
  const { acknowledge, ...shown } = query
  const place = { path: '/checks', query: shown, acknowledging: acknowledge }
  const actions = findingActions(actor)
  const who = whoActs(filter.check)
  const page = (key: FindingKey | null) =>
    withQuery('/checks', { ...filter, after: key?.name, alias: key?.alias, subject: key?.subject })
  return (
    <Card
      title={who ? checkTitle(tChecks, filter.check) : filter.check}
      aside={
        <Link prefetch={false} href={withQuery('/checks', { ...filter, check: undefined })}>
          {t('allChecks')}
        </Link>
      }
    >
      {findings.length > 0 && who ? (
        <p className="border-line text-muted border-b px-4 py-2.5 text-sm">
          {t('whoLabel')} {t(`who.${who}`)}
        </p>
      ) : null}
      {findings.length === 0 ? <Empty title={t('noneHere')}>{t('noneHereText')}</Empty> : null}
      <ul>
        {findings.map((finding) => (
          <FindingItem key={finding.id} finding={finding} place={place} actions={actions} isOfOneCheck />
        ))}
      </ul>
      <Pager first={query.after === undefined ? null : page(null)} next={next && page(next)} />
    </Card>
  )
}
