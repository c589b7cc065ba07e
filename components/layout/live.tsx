'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef } from 'react'

const FAST_MS = 1_000
const SLOW_MS = 15_000
/** A page that says that something was just asked for looks often for this long. */
const EAGER_MS = 60_000

/**
 * Keeps an open page true: asks whether anything changed, every second while something is under way, else every 15 s, not
 * at all while the page is hidden, and has it rendered again on a change. A page that was just come to is looked after
 * from its first second. `/` puts the focus into the page's search.
 */
export function Live({ token }: { token: string }) {
  const router = useRouter()
  const address = `${usePathname()}?${useSearchParams().toString()}`
  const since = useRef(token)
  useEffect(() => {
    since.current = token
  }, [token])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const eagerUntil = Date.now() + EAGER_MS
    const hasAsked = /[?&](?:asked|release)=/.test(address)
    const look = async (): Promise<void> => {
      let wait = SLOW_MS
      try {
        const answer = await fetch(`/api/live?since=${since.current}`, { headers: { accept: 'application/json' } })
        if (answer.status === 401) return
        const state = (await answer.json()) as { token: string; isWaiting: boolean; isChanged: boolean }
        if (state.isChanged) router.refresh()
        since.current = state.token
        if (state.isWaiting || (hasAsked && Date.now() < eagerUntil)) wait = FAST_MS
      } catch {
        // The panel is restarting or the network is gone: the next look tells.
      }
      timer = setTimeout(() => void look(), wait)
    }
    const follow = (): void => {
      clearTimeout(timer)
      if (document.visibilityState === 'visible') timer = setTimeout(() => void look(), FAST_MS)
    }
    const toSearch = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      const search = document.querySelector<HTMLInputElement>('[data-search]')
      if (!search) return
      event.preventDefault()
      search.focus()
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    document.addEventListener('keydown', toSearch)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', follow)
      document.removeEventListener('keydown', toSearch)
    }
  }, [router, token, address])
  return null
}
