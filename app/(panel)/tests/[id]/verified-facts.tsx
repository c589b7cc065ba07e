import { getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import type { Verified } from '@/lib/deliverability/schema'

/** `temperror` is a question that nobody answered, never a failure. */
function resultLevel(result: string): Level {
  if (result === 'pass') return 'ok'
  if (result === 'temperror' || result === 'neutral' || result === 'none') return 'unknown'
  return result === 'softfail' ? 'attention' : 'broken'
}

/** What verifying the message gave: SPF, each signature, DMARC, and whether they align with the header From. */
export async function VerifiedFacts({ verified }: { verified: Verified }) {
  const t = await getTranslations('tests')
  const { spf, dkim, dmarc } = verified
  const aligned = (isAligned: boolean): string => t(isAligned ? 'aligned' : 'notAligned')
  return (
    <Facts
      facts={[
        {
          term: 'SPF',
          value: (
            <>
              <Badge level={resultLevel(spf.result)}>{spf.result}</Badge>{' '}
              {t('spfFor', { domain: spf.domain, ip: spf.ip })}, {aligned(spf.isAligned)}
            </>
          ),
        },
        {
          term: 'DKIM',
          value:
            dkim.length === 0 ? (
              <Badge level="broken">{t('unsigned')}</Badge>
            ) : (
              <ul className="flex flex-col gap-1">
                {dkim.map((signature) => (
                  <li key={`${signature.domain} ${signature.selector}`}>
                    <Badge level={resultLevel(signature.result)}>{signature.result}</Badge>{' '}
                    <span className="exact">
                      {signature.selector}._domainkey.{signature.domain}
                    </span>{' '}
                    {signature.algorithm}, {aligned(signature.isAligned)}
                    {signature.comment ? <span className="text-muted"> ({signature.comment})</span> : null}
                  </li>
                ))}
              </ul>
            ),
        },
        {
          term: 'DMARC',
          value: (
            <>
              <Badge level={resultLevel(dmarc.result)}>{dmarc.result}</Badge>{' '}
              {t('policy', { policy: dmarc.policy || '–' })}
            </>
          ),
        },
      ]}
    />
  )
}
