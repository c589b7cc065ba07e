import Link from 'next/link'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'

export interface Crumb {
  href: string
  label: string
}

/** The first line of a page as a state: its level, that level's word here, the sentence. */
export interface PageState {
  level: Level
  word: string
  text: React.ReactNode
}

/** Title, the one line that answers the page's question (a state, or a plain `text`), and the main action at the right. */
export function PageHeader({
  crumbs = [],
  title,
  state,
  text,
  actions,
}: {
  crumbs?: Crumb[]
  title: string
  state?: PageState
  text?: React.ReactNode
  actions?: React.ReactNode
}) {
  return (
    <header className="mb-4">
      {crumbs.length > 0 ? (
        <div className="text-muted mb-1 text-sm">
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
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        {/* Where title and action do not fit side by side, the action stands below both lines, not between them. */}
        <div className="min-w-0 flex-[1_1_320px]">
          <h1 className="wrap-anywhere">{title}</h1>
          {state ? (
            <p className="mt-1 text-lg">
              <Badge level={state.level}>{state.word}</Badge> <span className="ml-1 wrap-anywhere">{state.text}</span>
            </p>
          ) : null}
          {text ? <p className="text-muted mt-1 text-lg wrap-anywhere">{text}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </header>
  )
}
