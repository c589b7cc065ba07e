import { Brand } from '@/components/layout/brand'
import { Preferences } from '@/components/layout/preferences'

export default function OpenLayout({ children }: { children: React.ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[640px] flex-col px-4 py-8">
      <header className="mb-8 flex flex-wrap items-center justify-between gap-3">
        <Brand />
        <Preferences />
      </header>
      <main className="flex flex-col gap-4">{children}</main>
    </div>
  )
}
