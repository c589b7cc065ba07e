import { Shell } from '@/components/layout/shell'
import { requirePageActor } from '@/lib/http/page'
import { signOutAction } from '@/app/(panel)/account/actions'

export default async function PanelLayout({ children }: { children: React.ReactNode }) {
  const actor = await requirePageActor('session:write')
  return (
    <Shell actor={actor} signOut={signOutAction}>
      {children}
    </Shell>
  )
}
