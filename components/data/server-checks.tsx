import { getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { FoundExpectedDo } from '@/components/data/found-expected-do'
import type { ServerCheckResult } from '@/lib/settings/server-checks'

/** What the server's checks found: for each the state, found, expected, and what to do in plain words. */
export async function ServerChecks({ checks }: { checks: ServerCheckResult[] }) {
  const t = await getTranslations('serverChecks')
  return (
    <ul>
      {checks.map((check) => (
        <li
          key={`${check.check} ${check.subject}`}
          className="border-line grid grid-cols-1 gap-x-4 gap-y-1 border-b px-4 py-3 last:border-b-0 sm:grid-cols-[130px_1fr]"
        >
          <div>
            <Badge level={check.level}>
              {t(check.code === 'notTried' ? 'levels.notTried' : `levels.${check.level}`)}
            </Badge>
          </div>
          <div className="min-w-0">
            <p>
              <b className="font-semibold">{t(`names.${check.check}`)}</b>{' '}
              <span className="text-muted exact wrap-anywhere">{check.subject}</span>
            </p>
            <FoundExpectedDo
              found={check.found.join('\n')}
              expected={check.expected.join('\n')}
              isSame={check.level === 'ok' || check.level === 'unknown'}
              advice={t(`codes.${check.check}.${check.code}`, {
                name: check.subject,
                expected: check.expected.join(', '),
                found: check.found.join(', '),
              })}
            />
          </div>
        </li>
      ))}
    </ul>
  )
}
