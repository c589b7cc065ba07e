import 'server-only'
import { getFormatter, getTranslations } from 'next-intl/server'
import type { ReleaseLanguage } from '@/lib/http/release-notice'

/** The reader's language as `releaseNotice` wants it. */
export async function releaseLanguage(): Promise<ReleaseLanguage> {
  const [translate, format] = await Promise.all([getTranslations('release'), getFormatter()])
  return {
    translate,
    list: (items) => format.list(items),
    seconds: (value) => format.number(value, { maximumFractionDigits: 1 }),
  }
}
