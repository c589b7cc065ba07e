import { getFormatter, getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Diff, type DiffLine } from '@/components/ui/diff'
import type { Level } from '@/components/ui/level'
import { kindOf, type PlanSet, type SetKind } from '@/lib/dns/plan-content'
import type { PublishOutcome } from '@/lib/dns/publish-rrset'

const KIND_LEVEL: Record<SetKind, Level> = {
  added: 'attention',
  changed: 'attention',
  removed: 'attention',
  kept: 'attention',
  unread: 'unknown',
  held: 'waiting',
  unchanged: 'ok',
}
const OUTCOME_LEVEL: Record<PublishOutcome['status'], Level> = {
  published: 'ok',
  unchanged: 'ok',
  kept: 'attention',
  unsupported: 'attention',
  stale: 'attention',
  outdated: 'attention',
  skipped: 'attention',
  conflict: 'attention',
  partial: 'broken',
  unconfirmed: 'broken',
  refused: 'broken',
  temperror: 'unknown',
}

/** What goes, what comes, and what of others stays, each value on a line of its own. */
function linesOf({ before, remove, add, ttlSeconds, type }: PlanSet): DiffLine[] {
  return [
    ...before.filter((value) => !remove.includes(value)).map((text) => ({ kind: 'same' as const, text })),
    ...remove.map((text) => ({ kind: 'remove' as const, text })),
    ...add.map((value) => ({ kind: 'add' as const, text: `${ttlSeconds} ${type} ${value}` })),
  ]
}

async function PlanSetRow({ set }: { set: PlanSet }) {
  const [t, tDns] = await Promise.all([getTranslations('plan'), getTranslations('dns')])
  const kind = kindOf(set)
  const { outcome } = set
  const words = [
    ...set.kept.map((reason) => tDns(`kept.${reason}`)),
    ...(set.isWildcard ? [t('wildcard')] : []),
    ...(outcome && outcome.words !== '' && outcome.status !== 'unsupported' ? [outcome.words] : []),
  ]
  return (
    <li className="border-line border-t first:border-t-0">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 px-4 pt-2.5">
        <Badge level={outcome ? OUTCOME_LEVEL[outcome.status] : KIND_LEVEL[kind]}>
          <span className="inline-block first-letter:uppercase">
            {outcome ? tDns(`publishStatus.${outcome.status}`) : t(`kind.${kind}`)}
          </span>
        </Badge>
        <b className="exact font-semibold wrap-anywhere">
          {set.name} {set.type}
        </b>
        <span className="text-muted text-sm">
          {set.purposes.map((purpose) => tDns(`purposes.${purpose}`)).join(', ')}
        </span>
      </div>
      <Diff lines={linesOf(set)} />
      {words.length > 0 ? <p className="text-muted px-4 pb-2.5 text-sm wrap-anywhere">{words.join(' ')}</p> : null}
    </li>
  )
}

/**
 * Every name and type of a plan: first what changes, then what is left and why; what waits and what is as it should be in
 * one line each.
 */
export async function PlanSets({ sets }: { sets: readonly PlanSet[] }) {
  const [t, format] = await Promise.all([getTranslations('plan'), getFormatter()])
  const order: readonly SetKind[] = ['added', 'changed', 'removed', 'kept', 'unread']
  const namesOf = (kind: SetKind) => sets.flatMap((set) => (kindOf(set) === kind ? [`${set.name} ${set.type}`] : []))
  const named = [
    { title: t('held'), names: namesOf('held') },
    { title: t('fine'), names: namesOf('unchanged') },
  ].filter(({ names }) => names.length > 0)
  const shown = order.flatMap((kind) => sets.filter((set) => kindOf(set) === kind))
  return (
    <>
      {shown.length > 0 ? (
        <Card title={t('difference')} aside={t('differenceText')}>
          <ul>
            {shown.map((set) => (
              <PlanSetRow key={`${set.name} ${set.type}`} set={set} />
            ))}
          </ul>
        </Card>
      ) : null}
      {named.map(({ title, names }) => (
        <Card key={title} title={title}>
          <p className="exact px-4 py-3 wrap-anywhere">{format.list(names)}</p>
        </Card>
      ))}
    </>
  )
}
