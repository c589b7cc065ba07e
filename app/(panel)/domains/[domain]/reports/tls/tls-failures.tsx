import { getFormatter, getTranslations } from 'next-intl/server'
import { Card } from '@/components/ui/card'
import { Facts, type Fact } from '@/components/ui/facts'
import type { TlsFailure, TlsSums } from '@/lib/tlsrpt/queries'

/** What failed, the most frequent first: what it means, what to do, where it was met and what the senders say. */
export async function TlsFailures({ sums }: { sums: TlsSums }) {
  const t = await getTranslations('tlsReports')
  if (sums.failures.length === 0 && sums.unexplained === 0) return null
  return (
    <>
      {sums.failures.map((failure) => (
        <FailureCard
          key={`${failure.resultType} ${failure.mxHost} ${failure.policyType}`}
          failure={failure}
          domain={sums.domain}
        />
      ))}
      {sums.unexplained > 0 ? (
        <Card title={t('unexplained')} aside={t('sessionCount', { count: sums.unexplained })}>
          <p className="px-4 py-3">{t('unexplainedText')}</p>
        </Card>
      ) : null}
    </>
  )
}

async function FailureCard({ failure, domain }: { failure: TlsFailure; domain: string }) {
  const [t, format] = await Promise.all([getTranslations('tlsReports'), getFormatter()])
  const { resultType, policyType, mxHost, sessions, reporters, reasons, policies } = failure
  return (
    <Card title={t(`results.${resultType}`)} aside={t('sessionCount', { count: sessions })}>
      <Facts
        facts={[
          { term: t('means'), value: t(`meaning.${resultType}`) },
          { term: t('todo'), value: t(`fix.${resultType}`, { domain }) },
          { term: t('host'), value: mxHost === null ? t('unnamed') : <span className="exact">{mxHost}</span> },
          { term: t('by'), value: format.list(reporters) || t('unnamed') },
          ...(await sendersOf(failure)),
          { term: t('policy'), value: t(`policies.${policyType}`) },
          ...(policies.length > 0 ? [{ term: t('policyText'), value: <PolicyTexts policies={policies} /> }] : []),
          ...(reasons.length > 0 ? [{ term: t('words'), value: <Lines lines={reasons} /> }] : []),
        ]}
      />
    </Card>
  )
}

async function sendersOf({ senders, senderCount }: TlsFailure): Promise<Fact[]> {
  const t = await getTranslations('tlsReports')
  if (senders.length === 0) return []
  const more = senderCount - senders.length
  return [
    {
      term: t('senders'),
      value: (
        <>
          <span className="exact">{senders.join(' ')}</span> {more > 0 ? t('sendersMore', { count: more }) : ''}
        </>
      ),
    },
  ]
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line} className="exact">
          {line}
        </li>
      ))}
    </ul>
  )
}

function PolicyTexts({ policies }: { policies: readonly string[][] }) {
  return (
    <div className="flex flex-col gap-2">
      {policies.map((lines) => (
        <pre key={lines.join('\n')} className="exact wrap-anywhere whitespace-pre-wrap">
          {lines.join('\n')}
        </pre>
      ))}
    </div>
  )
}
