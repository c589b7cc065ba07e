import Link from 'next/link'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'

export interface Crumb {
  href: string
  label: string
}

/** Title, the one line that answers the page's question, and the main action at the right. */
export function PageHeader({
  crumbs = [],
  title,
  isMono = false,
  state,
  actions,
}: {
  crumbs?: Crumb[]
  title: string
  isMono?: boolean
  state?: { level: Level; word: string; text: React.ReactNode }
  actions?: React.ReactNode
}) {
  return (
    <header className="mb-4">
      {crumbs.length > 0 ? (
        <div className="text-muted text-sm">
          {crumbs.map((crumb, index) => (
            <span key={crumb.href}>
              {index > 0 ? ' / ' : ''}
              <Link prefetch={false} href={crumb.href} className="text-muted no-underline hover:underline">
                {crumb.label}
              </Link>
            </span>
          ))}
        </div>
      ) : null}
      <div className="mt-1 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <h1
          className={`min-w-0 text-2xl font-[620] tracking-[-0.015em] [overflow-wrap:anywhere] ${isMono ? 'font-mono text-xl' : ''}`}
        >
          {title}
        </h1>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
      {state ? (
        <p className="mt-1 text-lg">
          <Badge level={state.level}>{state.word}</Badge>{' '}
          <span className="ml-1 [overflow-wrap:anywhere]">{state.text}</span>
        </p>
      ) : null}
    </header>
  )
}
