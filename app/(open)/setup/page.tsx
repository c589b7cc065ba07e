import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { completeSetupAction } from '@/app/(open)/setup/actions'
import { ActionForm } from '@/components/form/action-form'
import { TextField } from '@/components/form/field'
import { NewPasswordFields } from '@/components/form/new-password-fields'
import { SubmitButton } from '@/components/form/submit'
import { ButtonLink } from '@/components/ui/button'
import { getSetupLinkState } from '@/lib/auth/queries'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('setup'))('title') }
}

export default async function SetupPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token = '' } = await plainQuery(searchParams)
  const [t, state] = await Promise.all([getTranslations('setup'), getSetupLinkState(token)])
  return (
    <>
      <h1>{t('title')}</h1>
      {state === 'open' ? (
        <>
          <p className="text-muted">{t('intro')}</p>
          <ActionForm action={completeSetupAction} hidden={{ token }}>
            <TextField name="name" label={t('name')} autoComplete="name" required />
            <TextField
              name="email"
              label={t('email')}
              help={t('emailHelp')}
              type="email"
              autoComplete="username"
              required
            />
            <NewPasswordFields label={t('password')} again={t('passwordAgain')} />
            <div>
              <SubmitButton busy={t('creating')}>{t('create')}</SubmitButton>
            </div>
          </ActionForm>
        </>
      ) : (
        <>
          <p>{t(`link.${state}`)}</p>
          {state === 'used' ? (
            <div>
              <ButtonLink href="/sign-in" variant="primary">
                {t('signIn')}
              </ButtonLink>
            </div>
          ) : null}
        </>
      )}
    </>
  )
}
