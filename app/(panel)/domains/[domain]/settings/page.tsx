import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import {
  createDomainAliasAction,
  removeDomainAction,
  setDomainProviderAction,
  updateDomainAction,
} from '@/app/(panel)/domains/[domain]/settings/actions'
import { DnsPolicyForm } from '@/app/(panel)/domains/[domain]/settings/dns-policy-form'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { QuotaField } from '@/components/form/quota-field'
import { roleMay } from '@/lib/auth/permissions'
import { listProviders } from '@/lib/dns/queries'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery>
}

export const generateMetadata = domainPageTitle('settings')

export default async function DomainSettingsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('domain:update')
  const name = domainParam((await params).domain)
  const [domain, providers, t, format, query] = await Promise.all([
    orNotFound(requireDomain(actor, name)),
    listProviders(actor),
    getTranslations('domainSettings'),
    getFormatter(),
    plainQuery(searchParams),
  ])
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      state={
        domain.suspendMode
          ? { level: 'attention', word: t('suspendedWord'), text: t(`suspended.${domain.suspendMode}`) }
          : { level: 'ok', word: t('activeWord'), text: t('activeText') }
      }
    >
      <FormCard
        title={t('title')}
        action={updateDomainAction}
        hidden={{ name, revision: domain.revision }}
        submit={t('save')}
        busy={t('saving')}
      >
        <TextField name="description" label={t('description')} defaultValue={domain.description} />
        <TextField
          name="catchAllTarget"
          label={t('catchAll')}
          help={t('catchAllHelp')}
          defaultValue={domain.catchAllTarget ?? ''}
          isMono
        />
        <TextField
          name="postmasterTarget"
          label={t('postmaster')}
          help={t('postmasterHelp')}
          defaultValue={domain.postmasterTarget ?? ''}
          isMono
        />
        <QuotaField name="defaultQuotaMebibytes" label={t('defaultQuota')} bytes={domain.defaultQuotaBytes} />
        <SelectField
          name="suspendMode"
          label={t('operation')}
          help={t('operationHelp')}
          defaultValue={domain.suspendMode ?? ''}
          options={['', 'refuse', 'retry', 'deliver'].map((value) => ({
            value,
            label: t(`operations.${value === '' ? 'normal' : value}`),
          }))}
        />
      </FormCard>
      <FormCard
        title={t('publishing')}
        action={setDomainProviderAction}
        hidden={{ domain: name }}
        submit={t('saveProvider')}
        busy={t('saving')}
        variant="plain"
      >
        <SelectField
          name="provider"
          label={t('provider')}
          help={t('providerHelp')}
          defaultValue={domain.dnsProvider?.name ?? ''}
          options={[
            { value: '', label: t('byHand') },
            ...providers.map((provider) => ({ value: provider.name, label: provider.name })),
          ]}
        />
      </FormCard>
      <DnsPolicyForm domain={domain} />
      {roleMay(actor.role, 'domain:create') ? (
        <FormCard
          title={t('otherNames')}
          intro={
            domain.aliasesOf.length > 0
              ? t('otherNamesAre', { names: format.list(domain.aliasesOf.map((alias) => alias.name)) })
              : t('otherNamesText', { name })
          }
          action={createDomainAliasAction}
          hidden={{ name }}
          submit={t('addName')}
          busy={t('saving')}
          variant="plain"
        >
          <TextField name="alias" label={t('otherName')} placeholder="example.net" isMono required />
        </FormCard>
      ) : null}
      {roleMay(actor.role, 'domain:remove') ? (
        <FormCard
          title={t('remove')}
          intro={t('removeText', { name, mailboxes: domain.mailboxCount, aliases: domain.aliasCount })}
          action={removeDomainAction}
          hidden={{ name }}
          submit={t('remove')}
          busy={t('removing')}
          variant="danger"
        >
          <TextField name="confirmation" label={t('removeConfirm', { name })} autoComplete="off" isMono required />
        </FormCard>
      ) : null}
    </DomainFrame>
  )
}
