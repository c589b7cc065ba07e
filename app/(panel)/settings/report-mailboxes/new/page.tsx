import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { addReportMailboxAction } from '@/app/(panel)/settings/report-mailboxes/actions'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { PageHeader } from '@/components/layout/page-header'
import { requirePageActor } from '@/lib/http/page'
import { listOwnImapMailboxes } from '@/lib/report-mailboxes/queries'
import { DONE_FOLDER, IMAP_SECURITY } from '@/lib/report-mailboxes/schema'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reportMailboxes'))('addTitle') }
}

export default async function NewReportMailboxPage() {
  const actor = await requirePageActor('setting:write')
  const [t, tSettings, addresses] = await Promise.all([
    getTranslations('reportMailboxes'),
    getTranslations('settings'),
    listOwnImapMailboxes(actor),
  ])
  const common = { action: addReportMailboxAction, submit: t('addSubmit'), busy: t('adding') }
  return (
    <>
      <PageHeader
        crumbs={[{ href: '/settings', label: tSettings('title') }]}
        title={t('addTitle')}
        text={t('addText')}
      />
      <FormCard {...common} title={t('addOwn')} intro={t('addOwnText')} hidden={{ kind: 'own' }}>
        <TextField
          name="address"
          label={t('address')}
          help={addresses.length === 0 ? t('addressNone') : t('addressHelp')}
          type="email"
          list="own-mailboxes"
          isMono
          required
        />
        <datalist id="own-mailboxes">
          {addresses.map((address) => (
            <option key={address} value={address} />
          ))}
        </datalist>
        <FolderFields />
      </FormCard>
      <FormCard
        {...common}
        title={t('addElsewhere')}
        intro={t('addElsewhereText')}
        hidden={{ kind: 'elsewhere' }}
        variant="plain"
      >
        <TextField name="host" label={t('host')} placeholder="imap.example.org" isMono required />
        <TextField name="port" label={t('port')} help={t('portHelp')} defaultValue="993" inputMode="numeric" required />
        <SelectField
          name="security"
          label={t('security')}
          options={IMAP_SECURITY.map((value) => ({ value, label: t(`securities.${value}`) }))}
        />
        <TextField name="username" label={t('username')} isMono autoComplete="off" required />
        <TextField
          name="password"
          label={t('password')}
          help={t('passwordHelp')}
          type="password"
          autoComplete="new-password"
          required
        />
        <FolderFields />
      </FormCard>
    </>
  )
}

async function FolderFields() {
  const t = await getTranslations('reportMailboxes')
  return (
    <>
      <TextField name="folder" label={t('folder')} help={t('folderHelp')} defaultValue="INBOX" required />
      <TextField
        name="doneFolder"
        label={t('doneFolder')}
        help={t('doneFolderHelp')}
        defaultValue={DONE_FOLDER}
        required
      />
    </>
  )
}
