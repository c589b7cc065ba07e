import { getTranslations } from 'next-intl/server'
import { updateServerSettingsAction } from '@/app/(panel)/settings/actions'
import { ActionForm } from '@/components/form/action-form'
import { TextAreaField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import type { ServerSettings } from '@/lib/settings/schema'

/** Host name, public addresses, postmaster. `from` is the page to come back to. */
export async function ServerSettingsForm({ settings, from }: { settings: ServerSettings; from: 'setup' | 'settings' }) {
  const t = await getTranslations('settings')
  return (
    <ActionForm action={updateServerSettingsAction} hidden={{ from }}>
      <TextField
        name="hostName"
        label={t('hostName')}
        help={t('hostNameHelp')}
        defaultValue={settings.hostName ?? ''}
        placeholder="mx1.example.org"
        isMono
        required
      />
      <TextAreaField
        name="publicAddresses"
        label={t('publicAddresses')}
        help={t('publicAddressesHelp')}
        rows={3}
        defaultValue={settings.publicAddresses.join('\n')}
        required
      />
      <TextField
        name="postmasterAddress"
        label={t('postmasterAddress')}
        help={t('postmasterAddressHelp')}
        defaultValue={settings.postmasterAddress ?? ''}
        type="email"
        required
      />
      <div>
        <SubmitButton busy={t('saving')}>{t('save')}</SubmitButton>
      </div>
    </ActionForm>
  )
}
