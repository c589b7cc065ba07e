import { getTranslations } from 'next-intl/server'
import { TextField } from '@/components/form/field'
import { MIN_PASSWORD_LENGTH } from '@/lib/auth/schema'

/** A new password of one's own, typed twice: what `newPasswordSchema` takes. */
export async function NewPasswordFields({ label, again }: { label: string; again: string }) {
  const t = await getTranslations('account')
  return (
    <>
      <TextField
        name="password"
        label={label}
        help={t('newPasswordHelp', { minimum: MIN_PASSWORD_LENGTH })}
        type="password"
        autoComplete="new-password"
        required
      />
      <TextField name="passwordAgain" label={again} type="password" autoComplete="new-password" required />
    </>
  )
}
