import { getTranslations } from 'next-intl/server'
import { addOwnRecordAction } from '@/app/(panel)/domains/[domain]/dns/actions'
import { ActionForm } from '@/components/form/action-form'
import { SelectField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { RECORD_TYPES } from '@/lib/dns/record'

/** A record of the administrator's own beside the ones that the panel wants. */
export async function OwnRecordForm({ domain }: { domain: string }) {
  const t = await getTranslations('dns')
  return (
    <ActionForm action={addOwnRecordAction}>
      <p className="text-muted max-w-prose">{t('ownText')}</p>
      <input type="hidden" name="domain" value={domain} />
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
      <div>
        <SubmitButton variant="plain" busy={t('adding')}>
          {t('add')}
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
