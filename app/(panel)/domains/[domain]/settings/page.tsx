import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import {
  createDomainAliasAction,
  removeDomainAction,
  setDomainProviderAction,
  updateDomainAction,
} from '@/app/(panel)/domains/[domain]/settings/actions'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { ActionForm } from '@/components/form/action-form'
import { SelectField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
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

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('domainSettings')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

export default async function DomainSettingsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('domain:update')
  const name = domainParam((await params).domain)
  const [domain, providers, t, tUnits, format, query] = await Promise.all([
    orNotFound(requireDomain(actor, name)),
    listProviders(actor),
    getTranslations('domainSettings'),
    getTranslations('units'),
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
      <Card title={t('title')}>
        <CardBody>
          <ActionForm action={updateDomainAction}>
            <input type="hidden" name="name" value={name} />
            <input type="hidden" name="revision" value={domain.revision} />
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
            <TextField
              name="defaultQuotaMebibytes"
              label={t('defaultQuota')}
              after={tUnits('mebibytes')}
              inputMode="numeric"
              defaultValue={String(domain.defaultQuotaBytes / 1_048_576n)}
            />
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
            <div>
              <SubmitButton busy={t('saving')}>{t('save')}</SubmitButton>
            </div>
          </ActionForm>
        </CardBody>
      </Card>
      <Card title={t('publishing')}>
        <CardBody>
          <ActionForm action={setDomainProviderAction}>
            <input type="hidden" name="domain" value={name} />
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
            <div>
              <SubmitButton variant="plain" busy={t('saving')}>
                {t('saveProvider')}
              </SubmitButton>
            </div>
          </ActionForm>
        </CardBody>
      </Card>
      {roleMay(actor.role, 'domain:create') ? (
        <Card title={t('otherNames')}>
          <CardBody>
            <p className="text-muted mb-3 max-w-prose">
              {domain.aliasesOf.length > 0
                ? t('otherNamesAre', { names: format.list(domain.aliasesOf.map((alias) => alias.name)) })
                : t('otherNamesText', { name })}
            </p>
            <ActionForm action={createDomainAliasAction}>
              <input type="hidden" name="name" value={name} />
              <TextField name="alias" label={t('otherName')} placeholder="example.net" isMono required />
              <div>
                <SubmitButton variant="plain" busy={t('saving')}>
                  {t('addName')}
                </SubmitButton>
              </div>
            </ActionForm>
          </CardBody>
        </Card>
      ) : null}
      {roleMay(actor.role, 'domain:remove') ? (
        <Card title={t('remove')}>
          <CardBody>
            <p className="text-muted mb-3 max-w-prose">
              {t('removeText', { name, mailboxes: domain.mailboxCount, aliases: domain.aliasCount })}
            </p>
            <ActionForm action={removeDomainAction}>
              <input type="hidden" name="name" value={name} />
              <TextField name="confirmation" label={t('removeConfirm', { name })} autoComplete="off" isMono required />
              <div>
                <SubmitButton variant="danger" busy={t('removing')}>
                  {t('remove')}
                </SubmitButton>
              </div>
            </ActionForm>
          </CardBody>
        </Card>
      ) : null}
    </DomainFrame>
  )
}
