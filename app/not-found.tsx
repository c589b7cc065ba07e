import { getTranslations } from 'next-intl/server'
import { ButtonLink } from '@/components/ui/button'

export default async function NotFound() {
  const t = await getTranslations('common')
  return (
    <main className="mx-auto flex max-w-[640px] flex-col items-start gap-3 px-4 py-10">
      <h1>{t('notFoundTitle')}</h1>
      <p className="text-muted">{t('notFoundText')}</p>
      <ButtonLink href="/" variant="primary">
        {t('toOverview')}
      </ButtonLink>
    </main>
  )
}
