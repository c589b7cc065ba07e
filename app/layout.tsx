import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { getLocale } from 'next-intl/server'
import { readTheme, THEME_COOKIE } from '@/lib/http/theme'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Posthouse', template: '%s · Posthouse' },
  robots: { index: false, follow: false },
  icons: { icon: '/icon.svg' },
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const [locale, jar] = await Promise.all([getLocale(), cookies()])
  const theme = readTheme(jar.get(THEME_COOKIE)?.value)
  return (
    <html lang={locale} data-theme={theme === 'system' ? undefined : theme}>
      <body>{children}</body>
    </html>
  )
}
