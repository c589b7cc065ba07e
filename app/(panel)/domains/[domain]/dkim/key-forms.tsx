import { getTranslations } from 'next-intl/server'
import {
  importKeyAction,
  makeKeyAction,
  switchToSpareAction,
  updateKeySettingsAction,
} from '@/app/(panel)/domains/[domain]/dkim/actions'
import { CheckboxField, TextAreaField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import type { KeySettings } from '@/lib/dkim/queries'

/** Switches of a domain's keys and how often they are replaced. */
export async function KeySettingsForm({ domain, settings }: { domain: string; settings: KeySettings }) {
  const t = await getTranslations('dkim')
  const { signsEd25519, keepsSpareKey, keyRotationDays, isDelegated, aliases } = settings
  return (
    <FormCard
      title={t('settings')}
      action={updateKeySettingsAction}
      hidden={{ domain }}
      submit={t('save')}
      busy={t('saving')}
    >
      <TextField
        name="keyRotationDays"
        label={t('keyRotationDays')}
        help={t('keyRotationDaysHelp')}
        after={t('days')}
        inputMode="numeric"
        defaultValue={keyRotationDays ?? ''}
      />
      <CheckboxField
        name="signsEd25519"
        label={t('signsEd25519')}
        help={t('signsEd25519Help')}
        defaultChecked={signsEd25519}
      />
      <CheckboxField
        name="keepsSpareKey"
        label={t('keepsSpareKey')}
        help={t('keepsSpareKeyHelp')}
        defaultChecked={keepsSpareKey}
      />
      {aliases.length > 0 ? (
        <CheckboxField
          name="isDelegated"
          label={t('isDelegated')}
          help={t('isDelegatedHelp')}
          defaultChecked={isDelegated}
        />
      ) : null}
    </FormCard>
  )
}

/** The switch to the spare. */
export async function EmergencyForm({ domain }: { domain: string }) {
  const t = await getTranslations('dkim')
  return (
    <FormCard
      title={t('emergency')}
      intro={t('emergencyText')}
      action={switchToSpareAction}
      hidden={{ domain }}
      submit={t('switchNow')}
      busy={t('switching')}
      variant="danger"
    >
      <CheckboxField name="isCompromised" label={t('isCompromised')} help={t('isCompromisedHelp')} />
    </FormCard>
  )
}

/** A rotation with choices. `isStrict`: as the key that signs has it; `hasActive`: there is one to replace. */
export async function NewKeyForm({
  domain,
  isStrict,
  hasActive,
}: {
  domain: string
  isStrict: boolean
  hasActive: boolean
}) {
  const t = await getTranslations('dkim')
  return (
    <FormCard
      title={t('newKey')}
      intro={t('newKeyText')}
      action={makeKeyAction}
      hidden={{ domain }}
      submit={t('makeNew')}
      busy={t('rotating')}
      variant="plain"
    >
      <CheckboxField name="isTest" label={t('isTest')} help={t('isTestHelp')} />
      <CheckboxField name="isStrict" label={t('isStrict')} help={t('isStrictHelp')} defaultChecked={isStrict} />
      {hasActive ? (
        <CheckboxField name="replacesCompromised" label={t('replaceCompromised')} help={t('isCompromisedHelp')} />
      ) : null}
    </FormCard>
  )
}

/** A key that signs elsewhere already. Its field is a secret's: it never comes back with an error. */
export async function ImportKeyForm({ domain }: { domain: string }) {
  const t = await getTranslations('dkim')
  return (
    <FormCard
      title={t('import')}
      intro={t('importText')}
      action={importKeyAction}
      hidden={{ domain }}
      submit={t('importNow')}
      busy={t('importing')}
      variant="plain"
    >
      <TextField name="selector" label={t('selector')} help={t('selectorHelp')} placeholder="mail" isMono required />
      <TextAreaField
        name="secretKey"
        label={t('pem')}
        help={t('pemHelp')}
        placeholder="-----BEGIN PRIVATE KEY-----"
        autoComplete="off"
        required
      />
    </FormCard>
  )
}
