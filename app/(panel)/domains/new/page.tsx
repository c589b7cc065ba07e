import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { createDomainAction } from '@/app/(panel)/domains/new/actions'
import { TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { PageHeader } from '@/components/layout/page-header'
import { requirePageActor } from '@/lib/http/page'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('domains'))('newTitle') }
}

export default async function NewDomainPage() {
  await requirePageActor('domain:create')
  const t = await getTranslations('domains')
  return (
    <>
      <PageHeader crumbs={[{ href: '/domains', label: t('title') }]} title={t('newTitle')} text={t('newIntro')} />
      <FormCard action={createDomainAction} submit={t('create')} busy={t('creating')}>
        <TextField name="name" label={t('name')} help={t('nameHelp')} placeholder="example.org" isMono required />
        <TextField name="description" label={t('description')} help={t('descriptionHelp')} />
      </FormCard>
    </>
  )
}
