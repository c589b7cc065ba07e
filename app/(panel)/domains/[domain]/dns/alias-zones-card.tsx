import { getFormatter, getTranslations } from 'next-intl/server'
import { Card, CardBody } from '@/components/ui/card'
import { Exact } from '@/components/data/exact'
import type { ListedAliasZone } from '@/lib/dns/queries'

/** What the zones of a domain's other names should hold, to be typed in there, and what is not done for them. */
export async function AliasZonesCard({ aliases }: { aliases: readonly ListedAliasZone[] }) {
  const [t, format] = await Promise.all([getTranslations('dns'), getFormatter()])
  if (aliases.length === 0) return null
  const names = format.list(aliases.map(({ name }) => name))
  return (
    <Card title={t('aliases')} aside={t('byHand')}>
      <CardBody>
        <p className="text-muted mb-2 max-w-prose">{t('aliasesText', { names })}</p>
        {aliases.map(({ name, zone }) => (
          <div key={name} className="mt-3">
            <h3 className="exact mb-1 font-semibold wrap-anywhere">{name}</h3>
            <Exact text={zone} name={name} />
          </div>
        ))}
      </CardBody>
    </Card>
  )
}
