import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { createDomainAction } from '@/app/(panel)/domains/new/actions'
import { ActionForm } from '@/components/form/action-form'
import { TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { PageHeader } from '@/components/layout/page-header'
import { Card, CardBody } from '@/components/ui/card'
import { requirePageActor } from '@/lib/http/page'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('domains'))('newTitle') }
}

export default async function NewDomainPage() {
  await requirePageActor('domain:create')
  const t = await getTranslations('domains')
  return (
    <>
      <PageHeader crumbs={[{ href: '/domains', label: t('title') }]} title={t('newTitle')} />
      <Card title={t('newCard')}>
        <CardBody>
          <p className="text-muted mb-4 max-w-prose">{t('newIntro')}</p>
          <ActionForm action={createDomainAction}>
            <TextField name="name" label={t('name')} help={t('nameHelp')} placeholder="example.org" isMono required />
            <TextField name="description" label={t('description')} help={t('descriptionHelp')} />
            <div>
              <SubmitButton busy={t('creating')}>{t('create')}</SubmitButton>
            </div>
          </ActionForm>
        </CardBody>
      </Card>
    </>
  )
}
