import { getTranslations } from 'next-intl/server'
import { TextField } from '@/components/form/field'

const MEBIBYTE = 1_048_576n

/** A quota, typed in MiB; 0 is no limit. */
export async function QuotaField({ name, label, bytes }: { name: string; label: string; bytes: bigint }) {
  const t = await getTranslations('units')
  return (
    <TextField
      name={name}
      label={label}
      help={t('quotaHelp')}
      after={t('mebibytes')}
      inputMode="numeric"
      defaultValue={String(bytes / MEBIBYTE)}
    />
  )
}
