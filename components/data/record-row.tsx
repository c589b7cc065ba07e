import { getFormatter, getTranslations } from 'next-intl/server'
import { FoundExpectedDo } from '@/components/data/found-expected-do'
import { recordLevel, relativeName } from '@/components/data/record-state'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import { CopyButton } from '@/components/ui/copy'
import type { ListedRecord } from '@/lib/dns/queries'

const RECORD = 'exact wrap-anywhere'
/** How publishing ended where asking for it again would end alike. */
const NOT_PUBLISHED = ['kept', 'refused', 'unsupported']

/** One record of a domain: its state, what was found and what is expected, what to do, and why it matters. */
export async function RecordRow({
  record,
  provider,
  action,
}: {
  record: ListedRecord
  provider: string | null
  action?: React.ReactNode
}) {
  const [t, tCheck, format] = await Promise.all([getTranslations('dns'), getTranslations('check'), getFormatter()])
  const { observation, purpose, name, type, zoneName, isHeld, isOutside, isOfAlias, why } = record
  const state = observation?.state ?? 'unasked'
  const isLater = isHeld && state !== 'ok'
  const isWrong = !isLater && (state === 'missing' || state === 'different' || state === 'several')
  const wanted = record.merged ?? record.value
  const label = `${name} ${type}`
  const seen = observation?.findings.filter((finding) => finding.state === 'ok').map((finding) => finding.server) ?? []
  const unseen =
    observation?.findings.filter((finding) => finding.state !== 'ok').map((finding) => finding.server) ?? []
  const silent = observation?.findings.find((finding) => finding.state === 'temperror' && finding.words !== '')
  return (
    <tr>
      <td>
        <Badge level={recordLevel(record)}>
          {t(`states.${purpose === 'withdrawn' ? 'withdrawn' : isLater ? 'held' : state}`)}
        </Badge>
        {observation ? (
          <div className="text-muted mt-0.5 text-xs">
            {observation.waitingUntil ? (
              t.rich('until', { at: () => <AbsoluteTime at={observation.waitingUntil ?? new Date()} /> })
            ) : state === 'ok' ? null : (
              <RelativeTime at={observation.since} />
            )}
          </div>
        ) : null}
        {observation?.isAuthentic ? <div className="text-muted mt-0.5 text-xs">{t('signed')}</div> : null}
      </td>
      <td className="max-wide:w-full">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <b className="font-semibold">{t(`purposes.${purpose}`)}</b>
          <span className={`${RECORD} text-muted`}>
            {name} {type}
          </span>
        </div>
        {purpose === 'withdrawn' ? (
          <p className={RECORD}>{record.value}</p>
        ) : isWrong ? (
          <FoundExpectedDo
            found={record.found.join('\n')}
            expected={wanted}
            copy={wanted}
            name={label}
            advice={
              isOutside && !isOfAlias
                ? t('do.outside', { zone: zoneName, full: name, type })
                : provider && !NOT_PUBLISHED.includes(observation?.publish?.status ?? '')
                  ? t('do.publish', { provider })
                  : t(`do.${state}`, { name: relativeName(name, zoneName), full: name, type })
            }
          />
        ) : (
          <div className="flex flex-wrap items-start justify-between gap-x-3">
            <span className={`block min-w-0 flex-1 ${RECORD}`}>{wanted}</span>
            {state === 'unasked' ? (
              <CopyButton text={wanted} label={tCheck('copy')} done={tCheck('copied')} name={label} />
            ) : null}
          </div>
        )}
        {isLater ? <p className="text-muted mt-1 text-sm">{t('heldText')}</p> : null}
        {state === 'propagating' ? (
          <p className="text-muted mt-1 text-sm">
            {t('seenAt', { seen: seen.length > 0 ? format.list(seen) : t('nowhere'), unseen: format.list(unseen) })}
          </p>
        ) : null}
        {state === 'temperror' && silent ? (
          <p className="text-muted mt-1 text-sm wrap-anywhere">
            {t('silent', { server: silent.server || t('theServers'), words: silent.words })}
          </p>
        ) : null}
        {observation?.publish && observation.publish.words !== '' && state !== 'ok' ? (
          <p className="text-muted mt-1 text-sm wrap-anywhere">
            {t('published', {
              status: t.has(`publishStatus.${observation.publish.status}`)
                ? t(`publishStatus.${observation.publish.status}`)
                : observation.publish.status,
              words: observation.publish.words
                .split(', ')
                .map((word) => (t.has(`kept.${word}`) ? t(`kept.${word}`) : word))
                .join(' '),
            })}
          </p>
        ) : null}
        {record.note ? <p className="text-muted mt-1 text-sm">{record.note}</p> : null}
        {action}
      </td>
      <td className="text-muted max-wide:w-full text-sm">{t(`why.${why.key}`, why.values)}</td>
    </tr>
  )
}
