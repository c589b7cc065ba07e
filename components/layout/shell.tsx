import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { Brand } from '@/components/layout/brand'
import { CloseDrawer } from '@/components/layout/close-drawer'
import { NavLink } from '@/components/layout/nav-link'
import { Preferences } from '@/components/layout/preferences'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { buttonClass } from '@/components/ui/button-class'
import { roleMay, type Permission } from '@/lib/auth/permissions'
import type { Actor } from '@/lib/auth/actor'
import type { FormAction } from '@/lib/http/action-state'

const DRAWER = 'main-navigation'

interface Item {
  href: string
  key: string
  permission: Permission
  isExact?: boolean
}

const GROUPS: { heading: string | null; items: Item[] }[] = [
  {
    heading: null,
    items: [
      { href: '/', key: 'overview', permission: 'domain:read', isExact: true },
      { href: '/domains', key: 'domains', permission: 'domain:read' },
      { href: '/checks', key: 'checks', permission: 'check:read' },
    ],
  },
  {
    heading: 'proof',
    items: [
      { href: '/reports', key: 'reports', permission: 'report:read' },
      { href: '/tests', key: 'tests', permission: 'test:read' },
    ],
  },
  {
    heading: 'system',
    items: [
      { href: '/nodes', key: 'nodes', permission: 'node:read' },
      { href: '/releases', key: 'releases', permission: 'release:read' },
      { href: '/audit', key: 'audit', permission: 'audit:read' },
      { href: '/settings', key: 'settings', permission: 'setting:read' },
    ],
  },
]

/** The frame of every page behind the sign-in: navigation at the left, a drawer where the page is narrow. */
export async function Shell({
  actor,
  signOut,
  children,
}: {
  actor: Actor
  signOut: FormAction<undefined>
  children: React.ReactNode
}) {
  const t = await getTranslations('nav')
  return (
    <div className="wide:grid wide:grid-cols-[240px_minmax(0,1fr)] min-h-dvh">
      <a
        href="#content"
        className="focus:bg-panel sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-10 focus:p-2"
      >
        {t('skip')}
      </a>
      <header className="border-line wide:hidden flex items-center justify-between border-b px-4 py-2">
        <Link href="/" prefetch={false} className="no-underline">
          <Brand />
        </Link>
        <button type="button" popoverTarget={DRAWER} className={buttonClass('plain')}>
          {t('menu')}
        </button>
      </header>
      <nav id={DRAWER} popover="auto" aria-label={t('main')} className="drawer">
        <Link href="/" prefetch={false} className="px-2 pt-1 pb-3.5 no-underline">
          <Brand />
        </Link>
        {GROUPS.map((group) => {
          const items = group.items.filter((item) => roleMay(actor.role, item.permission))
          return items.length === 0 ? null : (
            <div key={group.heading ?? ''} className="flex flex-col gap-0.5">
              {group.heading ? (
                <h2 className="text-faint mx-2 mt-3.5 mb-1 text-[11px] leading-4 font-semibold tracking-[0.02em]">
                  {t(group.heading)}
                </h2>
              ) : null}
              {items.map((item) => (
                <NavLink
                  key={item.href}
                  href={item.href}
                  isExact={item.isExact ?? false}
                  className="rounded-md px-2 py-1.5 no-underline"
                  activeClassName="bg-sunken font-[550] text-text"
                  restClassName="text-muted hover:bg-sunken hover:text-text"
                >
                  {t(item.key)}
                </NavLink>
              ))}
            </div>
          )
        })}
        <div className="border-line mt-auto flex flex-col gap-2 border-t pt-3">
          <NavLink
            href="/account"
            className="rounded-md px-2 py-1.5 wrap-anywhere no-underline"
            activeClassName="bg-sunken font-[550] text-text"
            restClassName="text-muted hover:bg-sunken hover:text-text"
          >
            {actor.name}
            <span className="sr-only"> {t('account')}</span>
          </NavLink>
          <Preferences />
          <ActionForm action={signOut} className="px-2">
            <SubmitButton variant="plain" size="small" busy={t('signingOut')}>
              {t('signOut')}
            </SubmitButton>
          </ActionForm>
        </div>
        <CloseDrawer id={DRAWER} />
      </nav>
      <main id="content" className="border-line wide:border-l wide:px-8 wide:pt-5 w-full min-w-0 px-4 pt-4 pb-16">
        <div className="max-w-[1216px]">{children}</div>
      </main>
    </div>
  )
}
