import Link from 'next/link'

export interface FilterGroup {
  label: string
  options: { text: string; href: string; isOn: boolean }[]
}

/** Filters as links: each is a place that can be kept and sent. `label` names them all. */
export function FilterLinks({ label, groups }: { label: string; groups: FilterGroup[] }) {
  return (
    <nav aria-label={label} className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {groups.map((group) => (
        <div key={group.label} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="text-muted">{group.label}</span>
          {group.options.map(({ text, href, isOn }) => (
            <Link
              key={href}
              prefetch={false}
              href={href}
              scroll={false}
              aria-current={isOn ? 'true' : undefined}
              className={`inline-block min-h-6 min-w-6 ${isOn ? 'text-text font-[550] no-underline' : 'text-muted'}`}
            >
              {text}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}
