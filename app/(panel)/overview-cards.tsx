import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { nodeLevel, type ListedNode } from '@/components/data/node-level'
import { domainPath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { listDomains } from '@/lib/domains/queries'
import { toUnicode } from '@/lib/domains/unicode'

const SHOWN = 8
const ROW = 'border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2.5 last:border-b-0'

/** The domains that need something; all of them where none does. */
export async function DomainsCard({
  domains,
  total,
}: {
  domains: Awaited<ReturnType<typeof listDomains>>['domains']
  total: number
}) {
  const [t, tReadiness] = await Promise.all([getTranslations('overview'), getTranslations('readiness')])
  const open = domains.filter(({ readiness }) => readiness.level !== 'ok')
  return (
    <Card
      title={open.length > 0 ? t('toDo') : t('domains')}
      aside={
        <Link prefetch={false} href="/domains">
          {t('allDomains', { count: total })}
        </Link>
      }
    >
      <ul>
        {(open.length > 0 ? open : domains)
          .slice(0, SHOWN)
          .map(({ name, readiness: { level, code, grade, wrong, total: records } }) => (
            <li key={name} className={ROW}>
              <Badge level={level}>{tReadiness(`word.${code}`)}</Badge>
              <Link prefetch={false} href={domainPath(name)} className="text-text font-[550] wrap-anywhere">
                {toUnicode(name)}
              </Link>
              <span className="text-muted text-sm">
                {tReadiness(`short.${code}`, {
                  wrong,
                  total: records,
                  grade: grade ? tReadiness(`grade.${grade}`) : '',
                })}
              </span>
            </li>
          ))}
      </ul>
    </Card>
  )
}

/** The mail nodes: how each stands, what it runs, when it was last heard of. */
export async function NodesCard({ nodes, newestRelease }: { nodes: ListedNode[]; newestRelease: bigint }) {
  const [t, tNodes] = await Promise.all([getTranslations('overview'), getTranslations('nodes')])
  return (
    <Card
      title={t('nodes')}
      aside={
        <Link prefetch={false} href="/nodes">
          {t('newest', { release: String(newestRelease) })}
        </Link>
      }
    >
      {nodes.length === 0 ? (
        <Empty title={tNodes('emptyTitle')} action={<ButtonLink href="/nodes">{t('nodesAction')}</ButtonLink>} />
      ) : (
        <ul>
          {nodes.map((node) => (
            <li key={node.name} className={ROW}>
              <Badge level={nodeLevel(node)}>{tNodes(`level.${nodeLevel(node)}`)}</Badge>
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
  )
}
