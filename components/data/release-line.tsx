import { getFormatter, getTranslations } from 'next-intl/server'
import { NoticeLine } from '@/components/ui/notice'
import { releaseNotice } from '@/lib/http/release-notice'
import { deliveryOf } from '@/lib/releases/wait'

export interface ReleaseQuery {
  /** The release that the change before became, and how long its delivery was waited for. */
  release?: string
  ms?: string
}

/** Tells what the change that led here did: on which nodes it is live, for which it waits. Read anew on each view. */
export async function ReleaseLine({ query: { release, ms } }: { query: ReleaseQuery }) {
  if (release === undefined || !/^\d{1,18}$/.test(release)) return null
  const [state, translate, format] = await Promise.all([
    deliveryOf(release),
    getTranslations('release'),
    getFormatter(),
  ])
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
