import { getTranslations } from 'next-intl/server'
import { setKeyDelegationAction } from '@/app/(panel)/settings/key-delegation-actions'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'

/** The zone of ours to which domains with their DNS elsewhere lead for their keys, and the provider that publishes it. */
export async function KeyDelegationForm({
  delegation,
  providers,
}: {
  delegation: { zone: string; provider: string } | null
  providers: readonly { name: string }[]
}) {
  const t = await getTranslations('keyDelegation')
  return (
    <FormCard
      title={t('title')}
      intro={t('text')}
      action={setKeyDelegationAction}
      submit={t('save')}
      busy={t('saving')}
      variant="plain"
    >
      <TextField
        name="zone"
        label={t('zone')}
        help={t('zoneHelp')}
        placeholder="keys.example.org"
        defaultValue={delegation?.zone}
        isMono
      />
      <SelectField
        name="provider"
        label={t('provider')}
        defaultValue={delegation?.provider ?? ''}
        options={[{ value: '', label: t('none') }, ...providers.map(({ name }) => ({ value: name, label: name }))]}
      />
    </FormCard>
  )
}
