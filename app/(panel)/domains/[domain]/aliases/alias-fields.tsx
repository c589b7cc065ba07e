import { getTranslations } from 'next-intl/server'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import type { requireAlias } from '@/lib/aliases/queries'

/** What an alias does; a new one may send and is never switched off. */
export async function AliasFields({ alias }: { alias?: Awaited<ReturnType<typeof requireAlias>> }) {
  const t = await getTranslations('aliases')
  return (
    <>
      <TextAreaField
        name="targets"
        label={t('targets')}
        help={t('targetsHelp')}
        rows={Math.min(12, Math.max(3, alias?.targets.length ?? 0))}
        defaultValue={alias?.targets.join('\n')}
        required
      />
      <CheckboxField
        name="allowsSending"
        label={t('allowsSending')}
        help={t('allowsSendingHelp')}
        defaultChecked={alias?.allowsSending ?? true}
      />
      {alias ? (
        <CheckboxField name="isDisabled" label={t('disabledLabel')} defaultChecked={alias.disabledAt !== null} />
      ) : null}
      <TextField name="note" label={t('note')} help={t('noteHelp')} defaultValue={alias?.note} />
    </>
  )
}
