import { getTranslations } from 'next-intl/server'
import { addOwnRecordAction } from '@/app/(panel)/domains/[domain]/dns/actions'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { RECORD_TYPES } from '@/lib/dns/record'

/** A record of the administrator's own beside the ones that the panel wants. */
export async function OwnRecordForm({ domain }: { domain: string }) {
  const t = await getTranslations('dns')
  return (
    <FormCard
      title={t('own')}
      intro={t('ownText')}
      action={addOwnRecordAction}
      hidden={{ domain }}
      submit={t('add')}
      busy={t('adding')}
      variant="plain"
    >
      <TextField name="name" label={t('ownName')} help={t('ownNameHelp')} after={`.${domain}`} placeholder="@" isMono />
      <SelectField
        name="type"
        label={t('ownType')}
        options={RECORD_TYPES.map((type) => ({ value: type, label: type }))}
        defaultValue="TXT"
      />
      <TextField name="value" label={t('ownValue')} help={t('ownValueHelp')} isMono required />
      <TextField name="ttlSeconds" label={t('ownTtl')} after={t('seconds')} inputMode="numeric" defaultValue="3600" />
      <TextField name="note" label={t('ownNote')} />
    </FormCard>
  )
}
