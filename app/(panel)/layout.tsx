import { signOutAction } from '@/app/(panel)/account/actions'
import { Live } from '@/components/layout/live'
import { Shell } from '@/components/layout/shell'
import { requirePageActor } from '@/lib/http/page'
import { getLiveState } from '@/lib/live/queries'

export default async function PanelLayout({ children }: { children: React.ReactNode }) {
  const actor = await requirePageActor('session:write')
  const { token } = await getLiveState(actor)
  return (
    <Shell actor={actor} signOut={signOutAction}>
      {children}
      <Live token={token} />
    </Shell>
  )
}
