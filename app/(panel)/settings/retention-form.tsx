import { getTranslations } from 'next-intl/server'
import { updateRetentionAction } from '@/app/(panel)/settings/retention-actions'
import { CheckboxField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import type { Retention } from '@/lib/retention/schema'

const FIELDS = [
  { name: 'aggregateDays', help: 'aggregateHelp' },
  { name: 'tlsDays', help: 'tlsHelp' },
  { name: 'failureDays', help: 'failureHelp' },
  { name: 'refusedDays', help: 'refusedHelp' },
] as const satisfies { name: keyof Retention; help: string }[]

/** For how many days reports are kept, by kind. */
export async function RetentionForm({ retention }: { retention: Retention }) {
  const t = await getTranslations('retention')
  return (
    <FormCard
      title={t('title')}
      intro={t('intro')}
      action={updateRetentionAction}
      submit={t('save')}
      busy={t('saving')}
      variant="plain"
    >
      {FIELDS.map(({ name, help }) => (
        <TextField
          key={name}
          name={name}
          label={t(name)}
          help={t(help)}
          after={t('days')}
          inputMode="numeric"
          defaultValue={String(retention[name])}
          required
        />
      ))}
      <CheckboxField
        name="keepsFailureMail"
        label={t('keepsFailureMail')}
        help={t('keepsFailureMailHelp')}
        defaultChecked={retention.keepsFailureMail}
      />
    </FormCard>
  )
}
