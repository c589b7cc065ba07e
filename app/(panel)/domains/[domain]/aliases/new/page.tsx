import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { createAliasAction } from '@/app/(panel)/domains/[domain]/aliases/actions'
import { domainPath } from '@/components/data/paths'
import { ActionForm } from '@/components/form/action-form'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('aliases'))('newTitle') }
}

export default async function NewAliasPage({ params }: { params: Promise<{ domain: string }> }) {
  const actor = await requirePageActor('alias:write')
  const name = domainParam((await params).domain)
  const [, t] = await Promise.all([orNotFound(requireDomain(actor, name)), getTranslations('aliases')])
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('newTitle')}
      crumbs={[{ href: domainPath(name, 'aliases'), label: t('title') }]}
    >
      <Card title={t('newTitle')}>
        <CardBody>
          <ActionForm action={createAliasAction}>
            <input type="hidden" name="domain" value={name} />
            <TextField name="localPart" label={t('localPart')} after={`@${name}`} isMono required />
            <TextAreaField name="targets" label={t('targets')} help={t('targetsHelp')} required />
            <CheckboxField
              name="allowsSending"
              label={t('allowsSending')}
              help={t('allowsSendingHelp')}
              defaultChecked
            />
            <TextField name="note" label={t('note')} help={t('noteHelp')} />
            <div>
              <SubmitButton busy={t('creating')}>{t('create')}</SubmitButton>
            </div>
          </ActionForm>
        </CardBody>
      </Card>
    </DomainFrame>
  )
}
