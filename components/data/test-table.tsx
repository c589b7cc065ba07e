import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { testPath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { TestBadge } from '@/components/data/test-badge'
import { Table } from '@/components/ui/table'
import type { listTests } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'

/** Deliverability tests, newest first; with the domain where they are of several. */
export async function TestTable({
  tests,
  hasDomain,
}: {
  tests: Awaited<ReturnType<typeof listTests>>
  hasDomain: boolean
}) {
  const [t, tReadiness] = await Promise.all([getTranslations('tests'), getTranslations('readiness')])
  return (
    <Table label={t('title')} folds>
      <thead>
        <tr>
          <th>{t('result')}</th>
          {hasDomain ? <th>{t('domain')}</th> : null}
          <th>{t('sender')}</th>
          <th>{t('probe')}</th>
          <th>{t('when')}</th>
          <th>{t('verdictColumn')}</th>
        </tr>
      </thead>
      <tbody>
        {tests.map((test) => (
          <tr key={test.id}>
            <td>
              <TestBadge state={test.state} />
            </td>
            {hasDomain ? <td>{test.domain.name}</td> : null}
            <td className="exact">{test.sender}</td>
            <td data-label={t('probe')}>
              {test.probe.name}
              <span className="text-muted">
                {' · '}
                {tReadiness(`grade.${shownGrade(test.grade, test.probe.isStandIn)}`)}
              </span>
            </td>
            <td className="text-muted">
              <RelativeTime at={test.createdAt} />
            </td>
            <td>
              <Link prefetch={false} href={testPath(test.id)}>
                {test.result.verdict[0] ? t(`verdict.${test.result.verdict[0]}`) : t('open')}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
