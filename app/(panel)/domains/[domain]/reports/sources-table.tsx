import { getFormatter, getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import type { Source } from '@/lib/dmarc/sources/group-sources'

/** Addresses that a source shows; the rest is counted. */
const MOST_ADDRESSES = 50

/** Who sent how much as the domain, aligned or not, with what to do about it; most messages first. */
export async function SourcesTable({ sources }: { sources: Source[] }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const share = (part: number, whole: number): string =>
    format.number(whole === 0 ? 0 : part / whole, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <Table label={t('sources')} folds>
      <thead>
        <tr>
          <th>{t('source')}</th>
          <th>{t('result')}</th>
          <th className="num">{t('messages')}</th>
          <th className="num">SPF</th>
          <th className="num">DKIM</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((source) => (
          <tr key={source.key}>
            <td>
              <SourceCell source={source} />
            </td>
            <td>
              <Result source={source} />
            </td>
            <td className="num" data-label={t('messages')}>
              {format.number(source.messages)}
            </td>
            <td className="num" data-label="SPF">
              {share(source.spfAligned, source.messages)}
            </td>
            <td className="num" data-label="DKIM">
              {share(source.dkimAligned, source.messages)}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Name and kind, what to do where something fails, and the addresses to be opened. */
async function SourceCell({ source }: { source: Source }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const { name, kind, addresses, advice, retiredSelectors } = source
  const reason = source.forwardReason === null ? null : t(`forwardReason.${source.forwardReason}`)
  return (
    <div className="flex max-w-prose flex-col gap-1">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <b className="font-semibold wrap-anywhere">{name}</b>
        <span className="text-muted text-sm">{t(`kind.${kind}`)}</span>
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

async function Result({ source: { aligned, messages } }: { source: Source }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  if (aligned === messages) return <Badge level="ok">{t('aligned')}</Badge>
  if (aligned === 0) return <Badge level="broken">{t('notAligned')}</Badge>
  const share = format.number(aligned / messages, { style: 'percent', maximumFractionDigits: 1 })
  return <Badge level="attention">{t('partly', { share })}</Badge>
}
