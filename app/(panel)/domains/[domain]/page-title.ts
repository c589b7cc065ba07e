import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { domainParam } from '@/lib/http/params'

/** Makes the `generateMetadata` of one of a domain's pages: the page's name as its tab has it, and the domain. */
export function domainPageTitle(tab: string): (props: { params: Promise<{ domain: string }> }) => Promise<Metadata> {
  return async ({ params }) => {
    const t = await getTranslations('domain')
    return { title: `${t(`tabs.${tab}`)} · ${domainParam((await params).domain)}` }
  }
}
