import { getTranslations } from 'next-intl/server'
import { Facts } from '@/components/ui/facts'
import { isOfKind, isSingleText } from '@/lib/dns/policy-texts'
import type { ListedRecord } from '@/lib/dns/queries'
import type { Purpose } from '@/lib/dns/purpose'

const SHOWN = ['mx', 'spf', 'dmarc'] as const satisfies readonly Purpose[]

/** What DNS says of the domain today, before anything is changed. */
export async function WhatIsThere({ domain, records }: { domain: string; records: readonly ListedRecord[] }) {
  const t = await getTranslations('onboarding')
  return (
    <Facts
      facts={SHOWN.map((purpose) => {
        const own = records.filter((record) => record.purpose === purpose && record.zoneName === domain)
        const isAsked = own.some((record) => record.observation !== null)
        // Beside SPF stand texts of others, which are about something else.
        const found = [...new Set(own.flatMap((record) => record.found))].filter(
          (value) => !isSingleText(purpose) || isOfKind(purpose, value),
        )
        return {
          term: t(`there.${purpose}`),
          value:
            found.length > 0 ? (
              <span className="exact wrap-anywhere whitespace-pre-line">{found.join('\n')}</span>
            ) : (
              <span className="text-muted">{t(isAsked ? 'nothingThere' : 'notAsked')}</span>
            ),
        }
      })}
    />
  )
}
