import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { createMailboxAction } from '@/app/(panel)/domains/[domain]/mailboxes/actions'
import { domainPath } from '@/components/data/paths'
import { TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { QuotaField } from '@/components/form/quota-field'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('mailboxes'))('newTitle') }
}

export default async function NewMailboxPage({ params }: { params: Promise<{ domain: string }> }) {
  const actor = await requirePageActor('mailbox:write')
  const name = domainParam((await params).domain)
  const [domain, t] = await Promise.all([orNotFound(requireDomain(actor, name)), getTranslations('mailboxes')])
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('newTitle')}
      crumbs={[{ href: domainPath(name, 'mailboxes'), label: t('title') }]}
    >
      <FormCard action={createMailboxAction} hidden={{ domain: name }} submit={t('create')} busy={t('creating')}>
        <TextField
          name="localPart"
          label={t('address')}
          help={t('addressHelp')}
          after={`@${name}`}
          autoComplete="off"
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
        <QuotaField name="quotaMebibytes" label={t('quota')} bytes={domain.defaultQuotaBytes} />
      </FormCard>
    </DomainFrame>
  )
}
