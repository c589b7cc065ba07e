import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import type { Source } from '@/lib/dmarc/sources/group-sources'

/** Addresses that a source shows; the rest is counted. */
const MOST_ADDRESSES = 10

/** Name and kind, what to do where something fails, and the addresses to be opened. `href`: the source's own page. */
export async function SourceCell({ source, href, isNew = false }: { source: Source; href?: string; isNew?: boolean }) {
  const [t, tOwn, format] = await Promise.all([
    getTranslations('reports'),
    getTranslations('domainReports'),
    getFormatter(),
  ])
  const { name, kind, isOurs, addresses, advice, retiredSelectors } = source
  const reason = source.forwardReason === null ? null : t(`forwardReason.${source.forwardReason}`)
  const ours = isOurs === null ? [] : [tOwn(isOurs ? 'ours.yes' : 'ours.no')]
  return (
    <div className="flex max-w-prose flex-col gap-1">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <b className="font-semibold wrap-anywhere">
          {href === undefined ? (
            name
          ) : (
            <Link prefetch={false} href={href}>
              {name}
            </Link>
          )}
        </b>
        <span className="text-muted text-sm">{[t(`kind.${kind}`), ...ours].join(', ')}</span>
        {isNew ? (
          <Badge level="waiting" plain>
            {tOwn('new')}
          </Badge>
        ) : null}
      </span>
      {reason === null ? null : <span className="text-muted text-sm">{reason}</span>}
      {advice === 'none' ? null : (
        <span className="text-sm">{t(`advice.${advice}`, { selectors: format.list(retiredSelectors) })}</span>
      )}
      <details className="text-sm">
        <summary className="text-muted cursor-pointer">{t('addresses', { count: addresses.length })}</summary>
        <ul className="mt-1 flex flex-col gap-0.5">
          {addresses.slice(0, MOST_ADDRESSES).map((address) => (
            <li key={address.ip} className="flex flex-wrap gap-x-2">
              <span className="exact">{address.ip}</span>
              <span className="exact text-muted wrap-anywhere">{address.name}</span>
              <span>{t('alignedOf', { aligned: address.aligned, messages: address.messages })}</span>
            </li>
          ))}
          {addresses.length > MOST_ADDRESSES ? (
            <li className="text-muted">{t('moreAddresses', { count: addresses.length - MOST_ADDRESSES })}</li>
          ) : null}
        </ul>
      </details>
    </div>
  )
}
