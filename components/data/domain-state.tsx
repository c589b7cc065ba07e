import { getFormatter, getTranslations } from 'next-intl/server'
import { RelativeTime } from '@/components/data/time'
import type { PageState } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import type { Readiness } from '@/lib/domains/readiness'

/** The state line of a domain: level, its word, and the sentence. */
export async function domainStateLine(name: string, readiness: Readiness): Promise<PageState> {
  const [t, format] = await Promise.all([getTranslations('readiness'), getFormatter()])
  const { code, level, nodes, wrong, total, grade, provenAt } = readiness
  const text = t.rich(`text.${code}`, {
    name,
    nodes: format.list([...new Set(nodes)]),
    wrong,
    total,
    grade: grade === null ? '' : t(`grade.${grade}`),
    at: () => (provenAt ? <RelativeTime at={provenAt} /> : null),
  })
  return { level, word: t(`word.${code}`), text }
}

/** The same as a badge, for a list; with the grade of its proof, since ready is not the same everywhere. */
export async function DomainBadge({ readiness }: { readiness: Readiness }) {
  const t = await getTranslations('readiness')
  const grade = readiness.code === 'ready' ? readiness.grade : null
  return (
    <>
      <Badge level={readiness.level}>{t(`word.${readiness.code}`)}</Badge>
      {grade === null ? null : <span className="text-muted text-sm"> {t(`grade.${grade}`)}</span>}
    </>
  )
}
