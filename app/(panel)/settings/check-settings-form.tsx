import { getTranslations } from 'next-intl/server'
import { updateCheckSettingsAction } from '@/app/(panel)/settings/alert-actions'
import { TextAreaField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import type { getCheckSettings } from '@/lib/checks/queries'

/** Which resolvers and block lists are asked. */
export async function CheckSettingsForm({ settings }: { settings: Awaited<ReturnType<typeof getCheckSettings>> }) {
  const t = await getTranslations('checkSettings')
  return (
    <FormCard
      title={t('title')}
      action={updateCheckSettingsAction}
      submit={t('save')}
      busy={t('saving')}
      variant="plain"
    >
      <TextAreaField
        name="resolvers"
        label={t('resolvers')}
        help={t('resolversHelp')}
        defaultValue={settings.resolvers.join('\n')}
        placeholder="9.9.9.9:53"
      />
      <TextAreaField
        name="dnsbls"
        label={t('dnsbls')}
        help={t('dnsblsHelp')}
        defaultValue={settings.dnsbls.join('\n')}
      />
    </FormCard>
  )
}
