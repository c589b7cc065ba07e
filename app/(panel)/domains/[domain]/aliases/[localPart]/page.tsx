import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { removeAliasAction, updateAliasAction } from '@/app/(panel)/domains/[domain]/aliases/actions'
import { domainPath } from '@/components/data/paths'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { ActionForm } from '@/components/form/action-form'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { requireAlias } from '@/lib/aliases/queries'
import { roleMay } from '@/lib/auth/permissions'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam, localPartParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string; localPart: string }>
  searchParams: Promise<ReleaseQuery>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { domain, localPart } = await params
  return { title: `${localPartParam(localPart)}@${domainParam(domain)}` }
}

export default async function AliasPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('alias:read')
  const segments = await params
  const [name, localPart] = [domainParam(segments.domain), localPartParam(segments.localPart)]
  const [alias, t, query] = await Promise.all([
    orNotFound(requireAlias(actor, name, localPart)),
    getTranslations('aliases'),
    plainQuery(searchParams),
  ])
  const identity = (
    <>
      <input type="hidden" name="domain" value={name} />
      <input type="hidden" name="localPart" value={localPart} />
    </>
  )
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={`${localPart}@${name}`}
      crumbs={[{ href: domainPath(name, 'aliases'), label: t('title') }]}
      query={query}
      state={
        alias.disabledAt
          ? { level: 'attention', word: t('disabled'), text: t('disabledText') }
          : { level: 'ok', word: t('active'), text: t('activeText', { count: alias.targets.length }) }
      }
    >
      {roleMay(actor.role, 'alias:write') ? (
        <>
          <Card title={t('settings')}>
            <CardBody>
              <ActionForm action={updateAliasAction}>
                {identity}
                <input type="hidden" name="revision" value={alias.revision} />
                <TextAreaField
                  name="targets"
                  label={t('targets')}
                  help={t('targetsHelp')}
                  rows={Math.min(12, Math.max(3, alias.targets.length))}
                  defaultValue={alias.targets.join('\n')}
                  required
                />
                <CheckboxField
                  name="allowsSending"
                  label={t('allowsSending')}
                  help={t('allowsSendingHelp')}
                  defaultChecked={alias.allowsSending}
                />
                <CheckboxField
                  name="isDisabled"
                  label={t('disabledLabel')}
                  defaultChecked={alias.disabledAt !== null}
                />
                <TextField name="note" label={t('note')} help={t('noteHelp')} defaultValue={alias.note} />
                <div>
                  <SubmitButton busy={t('saving')}>{t('save')}</SubmitButton>
                </div>
              </ActionForm>
            </CardBody>
          </Card>
          <Card title={t('remove')}>
            <CardBody>
              <p className="text-muted mb-3 max-w-prose">{t('removeText')}</p>
              <ActionForm action={removeAliasAction}>
                {identity}
                <div>
                  <SubmitButton variant="danger" busy={t('removing')}>
                    {t('remove')}
                  </SubmitButton>
                </div>
              </ActionForm>
            </CardBody>
          </Card>
        </>
      ) : (
        <Card title={t('settings')}>
          <Facts
            facts={[
              { term: t('targets'), value: alias.targets.join(', ') },
              { term: t('note'), value: alias.note || '–' },
            ]}
          />
        </Card>
      )}
    </DomainFrame>
  )
}
