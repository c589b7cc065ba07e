'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

/** A link of a navigation that knows whether its page is shown. `isExact`: pages below it do not count. */
export function NavLink({
  href,
  isExact = false,
  className,
  activeClassName,
  restClassName,
  children,
}: {
  href: string
  isExact?: boolean
  className: string
  activeClassName: string
  restClassName: string
  children: React.ReactNode
}) {
  const path = usePathname()
  const isActive = path === href || (!isExact && path.startsWith(`${href}/`))
  return (
    <Link
      href={href}
      prefetch={false}
      aria-current={isActive ? 'page' : undefined}
      className={`${className} ${isActive ? activeClassName : restClassName}`}
    >
      {children}
    </Link>
  )
}
