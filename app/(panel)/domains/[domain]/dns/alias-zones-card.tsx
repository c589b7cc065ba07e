import { getFormatter, getTranslations } from 'next-intl/server'
import { Exact } from '@/components/data/exact'
import { Card, CardBody } from '@/components/ui/card'
import { zoneTextOf, type ListedRecord } from '@/lib/dns/queries'

/** What the zones of a domain's other names should hold, as lines to paste, and what is not done for mail from there. */
export async function AliasZonesCard({
  records,
  provider,
}: {
  records: readonly ListedRecord[]
  provider: string | null
}) {
  const [t, format] = await Promise.all([getTranslations('dns'), getFormatter()])
  const aliases = [...new Set(records.flatMap(({ isOfAlias, zoneName }) => (isOfAlias ? [zoneName] : [])))].sort()
  if (aliases.length === 0) return null
  return (
    <Card title={t('aliases')} aside={provider ? t('publishedAt', { provider }) : t('byHand')}>
      <CardBody>
        <p className="text-muted mb-2 max-w-prose">{t('aliasesText', { names: format.list(aliases) })}</p>
        {aliases.map((name) => (
          <div key={name} className="mt-3">
            <h3 className="exact mb-1 font-semibold wrap-anywhere">{name}</h3>
            <Exact text={zoneTextOf(records, name)} name={name} />
          </div>
        ))}
      </CardBody>
    </Card>
  )
}
