import { getTranslations } from 'next-intl/server'
import { Facts } from '@/components/ui/facts'
import type { StoredPolicy } from '@/lib/dmarc/stored-report'

/** The policy that the reporter found in DNS, in words (RFC 9990 `policy_published`). What it does not say is left out. */
export async function PolicyFacts({ policy }: { policy: StoredPolicy }) {
  const t = await getTranslations('policyFound')
  const { p, sp, np, adkim, aspf, pct, fo, testing, discoveryMethod } = policy
  const action = (value: string | null) => (value === null ? null : t(`actions.${value}`))
  const facts: [name: string, value: string | null][] = [
    ['p', action(p)],
    ['sp', action(sp)],
    ['np', action(np)],
    ['adkim', adkim === null ? null : t(`modes.${adkim}`)],
    ['aspf', aspf === null ? null : t(`modes.${aspf}`)],
    ['pct', pct === null ? null : t('pctText', { pct })],
    ['testing', testing === true ? t('testingText') : null],
    ['fo', fo],
    ['discovery', discoveryMethod === null ? null : t(`discoveries.${discoveryMethod}`)],
  ]
  const said = facts.filter((fact): fact is [string, string] => fact[1] !== null)
  if (said.length === 0) return <p className="text-muted px-4 py-3">{t('nothing')}</p>
  return <Facts facts={said.map(([name, value]) => ({ term: t(name), value }))} />
}
