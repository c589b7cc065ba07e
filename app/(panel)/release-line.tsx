import { getFormatter, getTranslations } from 'next-intl/server'
import { NoticeLine } from '@/components/ui/notice'
import { releaseNotice } from '@/lib/http/release-notice'
import type { Actor } from '@/lib/auth/actor'
import { getDelivery } from '@/lib/releases/queries'

export interface ReleaseQuery {
  /** The release that the change before became, and how long its delivery was waited for. */
  release?: string
  ms?: string
}

/** Tells what the change that led here did: on which nodes it is live, for which it waits. Read anew on each view. */
export async function ReleaseLine({ actor, query: { release, ms } }: { actor: Actor; query: ReleaseQuery }) {
  if (release === undefined || !/^\d{1,18}$/.test(release)) return null
  const [state, translate, format] = await Promise.all([
    getDelivery(actor, BigInt(release)),
    getTranslations('release'),
    getFormatter(),
  ])
  if (!state) return null
  const milliseconds = ms !== undefined && /^\d{1,6}$/.test(ms) ? Number(ms) : null
  const notice = releaseNotice(
    release,
    { ...state, milliseconds },
    {
      translate: translate as (key: string) => string,
      list: (items) => format.list(items),
      seconds: (value) => format.number(value, { maximumFractionDigits: 1 }),
    },
  )
  return <NoticeLine notice={notice} />
}
