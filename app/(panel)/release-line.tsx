import { NoticeLine } from '@/components/ui/notice'
import { releaseLanguage } from '@/lib/http/release-language'
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
  const state = await getDelivery(actor, BigInt(release))
  if (!state) return null
  const milliseconds = ms !== undefined && /^\d{1,6}$/.test(ms) ? Number(ms) : null
  return <NoticeLine notice={releaseNotice(release, { ...state, milliseconds }, await releaseLanguage())} />
}
