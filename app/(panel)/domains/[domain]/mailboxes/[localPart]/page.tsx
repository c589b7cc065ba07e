import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import {
  removeMailboxAction,
  setMailboxPasswordAction,
  updateMailboxAction,
} from '@/app/(panel)/domains/[domain]/mailboxes/actions'
import { byteFormatter } from '@/components/data/bytes'
import { domainPath } from '@/components/data/paths'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { ActionForm } from '@/components/form/action-form'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import { FieldSet } from '@/components/form/field-set'
import { SubmitButton } from '@/components/form/submit'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Card, CardBody } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { roleMay } from '@/lib/auth/permissions'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam, localPartParam } from '@/lib/http/params'
import { requireMailbox } from '@/lib/mailboxes/queries'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string; localPart: string }>
  searchParams: Promise<ReleaseQuery>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { domain, localPart } = await params
  return { title: `${localPartParam(localPart)}@${domainParam(domain)}` }
}

export default async function MailboxPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('mailbox:read')
  const segments = await params
  const [name, localPart] = [domainParam(segments.domain), localPartParam(segments.localPart)]
  const [mailbox, t, tUnits, bytes, query] = await Promise.all([
    orNotFound(requireMailbox(actor, name, localPart)),
    getTranslations('mailboxes'),
    getTranslations('units'),
    byteFormatter(),
    plainQuery(searchParams),
  ])
  const address = `${localPart}@${name}`
  const quota = mailbox.quotaBytes === 0n ? t('noQuota') : bytes(mailbox.quotaBytes)
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
      title={address}
      crumbs={[{ href: domainPath(name, 'mailboxes'), label: t('title') }]}
      query={query}
      state={
        mailbox.disabledAt
          ? { level: 'attention', word: t('disabled'), text: t('disabledText') }
          : mailbox.isSendOnly
            ? { level: 'unknown', word: t('sendOnly'), text: t('sendOnlyText') }
            : { level: 'ok', word: t('active'), text: t('activeText', { quota }) }
      }
    >
      {roleMay(actor.role, 'mailbox:write') ? (
        <>
          <Card title={t('settings')}>
            <CardBody>
              <ActionForm action={updateMailboxAction}>
                {identity}
                <input type="hidden" name="revision" value={mailbox.revision} />
                <TextField name="name" label={t('name')} help={t('nameHelp')} defaultValue={mailbox.name} />
                <TextField
                  name="quotaMebibytes"
                  label={t('quota')}
                  help={t('quotaHelp')}
                  after={tUnits('mebibytes')}
                  inputMode="numeric"
                  defaultValue={String(mailbox.quotaBytes / 1_048_576n)}
                />
                <FieldSet legend={t('services')}>
                  <CheckboxField name="isImapEnabled" label={t('imap')} defaultChecked={mailbox.isImapEnabled} />
                  <CheckboxField name="isPop3Enabled" label={t('pop3')} defaultChecked={mailbox.isPop3Enabled} />
                  <CheckboxField
                    name="isSubmissionEnabled"
                    label={t('submissionLong')}
                    defaultChecked={mailbox.isSubmissionEnabled}
                  />
                  <CheckboxField name="isSieveEnabled" label={t('sieve')} defaultChecked={mailbox.isSieveEnabled} />
                </FieldSet>
                <FieldSet legend={t('forwarding')}>
                  <TextAreaField
                    name="forwardTargets"
                    label={t('forwardTargets')}
                    help={t('forwardTargetsHelp')}
                    rows={3}
                    defaultValue={mailbox.forwardTargets.join('\n')}
                  />
                  <CheckboxField
                    name="forwardKeepsCopy"
                    label={t('keepsCopy')}
                    defaultChecked={mailbox.forwardKeepsCopy}
                  />
                </FieldSet>
                <FieldSet legend={t('limits')}>
                  <CheckboxField
                    name="isSendOnly"
                    label={t('sendOnlyLabel')}
                    help={t('sendOnlyHelp')}
                    defaultChecked={mailbox.isSendOnly}
                  />
                  <CheckboxField
                    name="isDisabled"
                    label={t('disabledLabel')}
                    help={t('disabledHelp')}
                    defaultChecked={mailbox.disabledAt !== null}
                  />
                </FieldSet>
                <div>
                  <SubmitButton busy={t('saving')}>{t('save')}</SubmitButton>
                </div>
              </ActionForm>
            </CardBody>
          </Card>
          <Card title={t('password')}>
            <CardBody>
              <ActionForm action={setMailboxPasswordAction}>
                {identity}
                <TextField
                  name="password"
                  label={t('newPassword')}
                  help={t('passwordHelp')}
                  type="password"
                  autoComplete="new-password"
                />
                <div>
                  <SubmitButton busy={t('saving')}>{t('setPassword')}</SubmitButton>
                </div>
              </ActionForm>
            </CardBody>
          </Card>
          <Card title={t('remove')}>
            <CardBody>
              <p className="text-muted mb-3 max-w-prose">{t('removeText', { address })}</p>
              <ActionForm action={removeMailboxAction}>
                {identity}
                <TextField
                  name="confirmation"
                  label={t('removeConfirm', { address })}
                  autoComplete="off"
                  isMono
                  required
                />
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
              { term: t('name'), value: mailbox.name || '–' },
              { term: t('quota'), value: quota },
              { term: t('forwardTargets'), value: mailbox.forwardTargets.join(', ') || '–' },
            ]}
          />
        </Card>
      )}
    </DomainFrame>
  )
}
