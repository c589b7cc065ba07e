import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import {
  removeMailboxAction,
  setMailboxPasswordAction,
  updateMailboxAction,
} from '@/app/(panel)/domains/[domain]/mailboxes/actions'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { quotaFormatter } from '@/components/data/bytes'
import { domainPath } from '@/components/data/paths'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import { FieldSet } from '@/components/form/field-set'
import { FormCard } from '@/components/form/form-card'
import { QuotaField } from '@/components/form/quota-field'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { roleMay } from '@/lib/auth/permissions'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { addressParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { requireMailbox } from '@/lib/mailboxes/queries'

interface Props {
  params: Promise<{ domain: string; localPart: string }>
  searchParams: Promise<ReleaseQuery>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: addressParam(await params).address }
}

export default async function MailboxPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('mailbox:read')
  const { domain, localPart, address } = addressParam(await params)
  const [mailbox, t, quota, query] = await Promise.all([
    orNotFound(requireMailbox(actor, domain, localPart)),
    getTranslations('mailboxes'),
    quotaFormatter(),
    plainQuery(searchParams),
  ])
  return (
    <DomainFrame
      name={domain}
      actor={actor}
      title={address}
      crumbs={[{ href: domainPath(domain, 'mailboxes'), label: t('title') }]}
      query={query}
      state={
        mailbox.disabledAt
          ? { level: 'attention', word: t('disabled'), text: t('disabledText') }
          : mailbox.isSendOnly
            ? { level: 'unknown', word: t('sendOnly'), text: t('sendOnlyText') }
            : { level: 'ok', word: t('active'), text: t('activeText', { quota: quota(mailbox.quotaBytes) }) }
      }
    >
      {roleMay(actor.role, 'mailbox:write') ? (
        <MailboxForms mailbox={mailbox} />
      ) : (
        <Card title={t('settings')}>
          <Facts
            facts={[
              { term: t('name'), value: mailbox.name || '–' },
              { term: t('quota'), value: quota(mailbox.quotaBytes) },
              { term: t('forwardTargets'), value: mailbox.forwardTargets.join(', ') || '–' },
            ]}
          />
        </Card>
      )}
    </DomainFrame>
  )
}

/** What may be changed of a mailbox: its settings, its password, that it is there. */
async function MailboxForms({ mailbox }: { mailbox: Awaited<ReturnType<typeof requireMailbox>> }) {
  const t = await getTranslations('mailboxes')
  const { domain, localPart, revision } = mailbox
  const address = `${localPart}@${domain}`
  return (
    <>
      <FormCard
        title={t('settings')}
        action={updateMailboxAction}
        hidden={{ domain, localPart, revision }}
        submit={t('save')}
        busy={t('saving')}
      >
        <TextField name="name" label={t('name')} help={t('nameHelp')} defaultValue={mailbox.name} autoComplete="off" />
        <QuotaField name="quotaMebibytes" label={t('quota')} bytes={mailbox.quotaBytes} />
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
          <CheckboxField name="forwardKeepsCopy" label={t('keepsCopy')} defaultChecked={mailbox.forwardKeepsCopy} />
        </FieldSet>
        <FieldSet legend={t('limits')}>
          <CheckboxField
            name="isSendOnly"
            label={t('sendOnly')}
            help={t('sendOnlyHelp')}
            defaultChecked={mailbox.isSendOnly}
          />
          <CheckboxField
            name="isDisabled"
            label={t('disabled')}
            help={t('disabledHelp')}
            defaultChecked={mailbox.disabledAt !== null}
          />
        </FieldSet>
      </FormCard>
      <FormCard
        title={t('password')}
        action={setMailboxPasswordAction}
        hidden={{ domain, localPart }}
        submit={t('setPassword')}
        busy={t('saving')}
        variant="plain"
      >
        <TextField
          name="password"
          label={t('newPassword')}
          help={t('passwordHelp')}
          type="password"
          autoComplete="new-password"
        />
      </FormCard>
      <FormCard
        title={t('remove')}
        intro={t('removeText', { address })}
        action={removeMailboxAction}
        hidden={{ domain, localPart }}
        submit={t('remove')}
        busy={t('removing')}
        variant="danger"
      >
        <TextField name="confirmation" label={t('removeConfirm', { address })} autoComplete="off" isMono required />
      </FormCard>
    </>
  )
}
