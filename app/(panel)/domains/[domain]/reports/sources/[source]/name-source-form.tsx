import { getTranslations } from 'next-intl/server'
import { nameSourceAction } from '@/app/(panel)/domains/[domain]/reports/actions'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { suggestedMatch } from '@/lib/dmarc/sources/describe-source'
import type { Source } from '@/lib/dmarc/sources/group-sources'

/** Gives a source a name and says whether it sends for us; what it is told by is suggested. */
export async function NameSourceForm({ domain, source }: { domain: string; source: Source }) {
  const t = await getTranslations('domainReports')
  const { isOurs, name } = source
  return (
    <FormCard
      title={t('nameIt')}
      intro={t('nameItText')}
      action={nameSourceAction}
      hidden={{ domain }}
      submit={t('nameIt')}
      busy={t('naming')}
    >
      <TextField
        name="match"
        label={t('match')}
        help={t('matchHelp')}
        defaultValue={suggestedMatch(source, domain) ?? ''}
        isMono
        required
      />
      <TextField
        name="name"
        label={t('name')}
        help={t('nameHelp')}
        defaultValue={isOurs === null ? '' : name}
        autoCapitalize="sentences"
        required
      />
      <SelectField
        name="isOurs"
        label={t('isOurs')}
        options={[
          { value: 'yes', label: t('ours.yes') },
          { value: 'no', label: t('ours.no') },
        ]}
        defaultValue={isOurs === false ? 'no' : 'yes'}
      />
    </FormCard>
  )
}
