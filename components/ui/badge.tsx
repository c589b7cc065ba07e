import type { Level } from '@/components/ui/level'

const LOOK: Record<Level, { className: string; icon: React.ReactNode }> = {
  ok: {
    className: 'bg-ok-soft text-ok',
    icon: <path d="M3.5 8.5l3 3 6-7" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />,
  },
  attention: {
    className: 'bg-attention-soft text-attention',
    icon: <path d="M8 3.5v5.2M8 11.8v.4" strokeWidth="2.2" strokeLinecap="round" />,
  },
  broken: {
    className: 'bg-broken-soft text-broken',
    icon: <path d="M4.5 4.5l7 7m0-7l-7 7" strokeWidth="2" strokeLinecap="round" />,
  },
  waiting: {
    className: 'bg-waiting-soft text-waiting',
    icon: (
      <>
        <circle cx="8" cy="8" r="5.5" strokeWidth="1.8" />
        <path d="M8 5v3.2l2 1.3" strokeWidth="1.8" strokeLinecap="round" />
      </>
    ),
  },
  unknown: {
    className: 'bg-unknown-soft text-unknown',
    icon: <path d="M4 8h8" strokeWidth="2" strokeLinecap="round" />,
  },
}

/** A state: icon, word and colour together. `plain` leaves the icon out, for a word that names a kind. */
export function Badge({
  level,
  plain = false,
  children,
}: {
  level: Level
  plain?: boolean
  children: React.ReactNode
}) {
  const { className, icon } = LOOK[level]
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2 text-xs font-[550] whitespace-nowrap ${className}`}
    >
      {plain ? null : (
        <svg viewBox="0 0 16 16" className="size-3 shrink-0" fill="none" stroke="currentColor" aria-hidden="true">
          {icon}
        </svg>
      )}
      {children}
    </span>
  )
}
