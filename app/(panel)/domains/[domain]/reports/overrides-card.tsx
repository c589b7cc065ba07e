import { getFormatter, getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'

/** Types of RFC 9990 `reason`, those of RFC 7489 too. */
const TYPES = [
  'forwarded',
  'local_policy',
  'mailing_list',
  'other',
  'policy_test_mode',
  'sampled_out',
  'trusted_forwarder',
] as const

const MOST_REPORTERS = 5

export interface Override {
  types: string[]
  messages: number
  stopped: number
  reporters?: { reporter: string; messages: number }[]
}

/** Messages to which receivers did not do as the policy says, and why they say they did not. */
export async function OverridesCard({ overrides }: { overrides: readonly Override[] }) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  if (overrides.length === 0) return null
  const words = (types: readonly string[]): string =>
    format.list(types.map((type) => t(`overrides.${TYPES.find((known) => known === type) ?? 'unknown'}`)))
  const hasReporters = overrides.some(({ reporters }) => reporters !== undefined && reporters.length > 0)
  return (
    <Card title={t('overridden')} aside={t('overriddenText')}>
      <Table label={t('overridden')} folds>
        <thead>
          <tr>
            <th>{t('why')}</th>
            <th className="num">{t('numbers.messages')}</th>
            <th className="num">{t('numbers.stoppedAll')}</th>
            {hasReporters ? <th>{t('saidBy')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {overrides.map(({ types, messages, stopped, reporters = [] }) => (
            <tr key={types.join()}>
              <td>{words(types)}</td>
              <td className="num" data-label={t('numbers.messages')}>
                {format.number(messages)}
              </td>
              <td className="num" data-label={t('numbers.stoppedAll')}>
                {format.number(stopped)}
              </td>
              {hasReporters ? (
                <td data-label={t('saidBy')}>
                  <ul>
                    {reporters.slice(0, MOST_REPORTERS).map((one) => (
                      <li key={one.reporter} className="wrap-anywhere">
                        <ForeignText text={one.reporter} /> {format.number(one.messages)}
                      </li>
                    ))}
                    {reporters.length > MOST_REPORTERS ? (
                      <li className="text-muted">{t('moreReporters', { count: reporters.length - MOST_REPORTERS })}</li>
                    ) : null}
                  </ul>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
