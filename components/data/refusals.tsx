import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { domainPath, releasePath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import type { Refusal } from '@/lib/releases/refusals'

/** What nodes refused: their own words, what that means for the mail, what to do about it. Nothing where nothing is refused. */
export async function Refusals({ refusals, hasDomainLink = false }: { refusals: Refusal[]; hasDomainLink?: boolean }) {
  if (refusals.length === 0) return null
  const t = await getTranslations('refusal')
  return (
    <ul className="mb-5 flex flex-col gap-3">
      {refusals.map(({ domain, node, words, since, lines, release }) => {
        const kind = domain === '' ? 'Node' : ''
        return (
          <li
            key={`${domain} ${node} ${words}`}
            className="border-broken bg-panel flex flex-col gap-2 rounded-lg border px-4 py-3"
          >
            <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
              <Badge level="broken">{t('word')}</Badge>
              <b className="font-semibold">{t(`happened${kind}`, { node, domain })}</b>
              <span className="text-muted text-sm">
                <RelativeTime at={since} />
              </span>
            </p>
            {words === '' ? (
              <p>{t('noWords')}</p>
            ) : (
              <blockquote className="border-line-strong exact border-l-2 pl-3 wrap-anywhere whitespace-pre-wrap">
                {words}
              </blockquote>
            )}
            <p className="max-w-prose">{t(`means${kind}`, { node, domain, lines })}</p>
            <p className="max-w-prose">
              <b className="font-semibold">{t('toDo')}</b> {t(`do${kind}`, { node, domain })}
            </p>
            <p className="flex flex-wrap gap-x-4">
              {release === null ? null : (
                <Link prefetch={false} href={releasePath(release)}>
                  {t('difference', { release: String(release) })}
                </Link>
              )}
              {hasDomainLink && domain !== '' ? (
                <Link prefetch={false} href={domainPath(domain)}>
                  {domain}
                </Link>
              ) : null}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
