import { getTranslations } from 'next-intl/server'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'

/** Inside the panel's frame: something that is gone, or that the reader may not see. */
export default async function NotFound() {
  const t = await getTranslations('common')
  return (
    <>
      <PageHeader title={t('notFoundTitle')} text={t('notFoundText')} />
      <ButtonLink href="/" variant="primary">
        {t('toOverview')}
      </ButtonLink>
    </>
  )
}
