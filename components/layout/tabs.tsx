import { NavLink } from '@/components/layout/nav-link'

/** The second navigation of a thing that has several pages; in several lines where the page is narrow. */
export function Tabs({ label, tabs }: { label: string; tabs: { href: string; label: string; isExact?: boolean }[] }) {
  return (
    <nav aria-label={label} className="border-line mb-5 border-b">
      <ul className="flex flex-wrap gap-x-5">
        {tabs.map((tab) => (
          <li key={tab.href}>
            <NavLink
              href={tab.href}
              isExact={tab.isExact ?? false}
              className="-mb-px block border-b-2 py-2 whitespace-nowrap no-underline focus-visible:-outline-offset-2"
              activeClassName="border-accent font-[550] text-text"
              restClassName="border-transparent text-muted hover:text-text"
            >
              {tab.label}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
