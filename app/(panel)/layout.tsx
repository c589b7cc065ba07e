import { signOutAction } from '@/app/(panel)/account/actions'
import { Live } from '@/components/layout/live'
import { Shell } from '@/components/layout/shell'
import type { Actor } from '@/lib/auth/actor'
import { requirePageActor } from '@/lib/http/page'
import { getLiveState } from '@/lib/live/queries'

export default async function PanelLayout({ children }: { children: React.ReactNode }) {
  const actor = await requirePageActor('session:write')
  return (
    <Shell actor={actor} signOut={signOutAction}>
      {children}
      <Following actor={actor} />
    </Shell>
  )
}

/** By itself, so that the page does not wait for it. */
async function Following({ actor }: { actor: Actor }) {
  const { token } = await getLiveState(actor)
  return <Live token={token} />
}
