import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { createMailboxAction } from '@/app/(panel)/domains/[domain]/mailboxes/actions'
import { domainPath } from '@/components/data/paths'
import { ActionForm } from '@/components/form/action-form'
import { TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('mailboxes'))('newTitle') }
}

export default async function NewMailboxPage({ params }: { params: Promise<{ domain: string }> }) {
  const actor = await requirePageActor('mailbox:write')
  const name = domainParam((await params).domain)
  const [domain, t, tUnits] = await Promise.all([
    orNotFound(requireDomain(actor, name)),
    getTranslations('mailboxes'),
    getTranslations('units'),
  ])
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('newTitle')}
      crumbs={[{ href: domainPath(name, 'mailboxes'), label: t('title') }]}
    >
      <Card title={t('newTitle')}>
        <CardBody>
          <ActionForm action={createMailboxAction}>
            <input type="hidden" name="domain" value={name} />
            <TextField
              name="localPart"
              label={t('localPart')}
              help={t('localPartHelp')}
              after={`@${name}`}
              isMono
              required
            />
            <TextField name="name" label={t('name')} help={t('nameHelp')} autoComplete="off" />
            <TextField
              name="password"
              label={t('password')}
              help={t('passwordHelp')}
              type="password"
              autoComplete="new-password"
            />
            <TextField
              name="quotaMebibytes"
              label={t('quota')}
              help={t('quotaHelp')}
              after={tUnits('mebibytes')}
              inputMode="numeric"
              defaultValue={String(domain.defaultQuotaBytes / 1_048_576n)}
            />
            <div>
              <SubmitButton busy={t('creating')}>{t('create')}</SubmitButton>
            </div>
          </ActionForm>
        </CardBody>
      </Card>
    </DomainFrame>
  )
}
