import { getTranslations } from 'next-intl/server'
import { ButtonLink } from '@/components/ui/button'

/** The way to the next page of a list that pages by key; back to the first one where this is not it. Both are paths. */
export async function Pager({ first, next }: { first: string | null; next: string | null }) {
  if (!first && !next) return null
  const t = await getTranslations('list')
  return (
    <nav aria-label={t('pages')} className="border-line flex justify-end gap-2 border-t px-4 py-2.5">
      {first ? (
        <ButtonLink href={first} size="small">
          {t('first')}
        </ButtonLink>
      ) : null}
      {next ? (
        <ButtonLink href={next} size="small">
          {t('next')}
        </ButtonLink>
      ) : null}
    </nav>
  )
}
