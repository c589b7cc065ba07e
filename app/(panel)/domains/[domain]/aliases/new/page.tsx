import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { createAliasAction } from '@/app/(panel)/domains/[domain]/aliases/actions'
import { AliasFields } from '@/app/(panel)/domains/[domain]/aliases/alias-fields'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPath } from '@/components/data/paths'
import { TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('aliases'))('newTitle') }
}

export default async function NewAliasPage({ params }: { params: Promise<{ domain: string }> }) {
  const actor = await requirePageActor('alias:write')
  const name = domainParam((await params).domain)
  await orNotFound(requireDomain(actor, name))
  const t = await getTranslations('aliases')
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('newTitle')}
      crumbs={[{ href: domainPath(name, 'aliases'), label: t('title') }]}
    >
      <FormCard action={createAliasAction} hidden={{ domain: name }} submit={t('create')} busy={t('creating')}>
        <TextField name="localPart" label={t('address')} after={`@${name}`} autoComplete="off" isMono required />
        <AliasFields />
      </FormCard>
    </DomainFrame>
  )
}
