'use client'

import { usePathname } from 'next/navigation'
import { useEffect } from 'react'

/** Shuts the navigation drawer when another page is shown. Without JavaScript each page begins with it shut. */
export function CloseDrawer({ id }: { id: string }) {
  const path = usePathname()
  useEffect(() => {
    const drawer = document.getElementById(id)
    if (drawer?.matches(':popover-open')) drawer.hidePopover()
  }, [path, id])
  return null
}
