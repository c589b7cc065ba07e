import { getTranslations } from 'next-intl/server'
import {
  addTargetAction,
  removeAlertTargetAction,
  sendDigestNowAction,
  testAlertTargetAction,
  updateAlertDigestAction,
} from '@/app/(panel)/settings/alert-actions'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { CheckboxField, SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import type { listAlertTargets } from '@/lib/alerts/queries'
import { LOCALES } from '@/lib/http/locale'

type Target = Awaited<ReturnType<typeof listAlertTargets>>[number]

function stateOf({ lastError, deliveredAt }: Target): 'failed' | 'delivered' | 'unused' {
  if (lastError !== null) return 'failed'
  return deliveredAt === null ? 'unused' : 'delivered'
}

const LEVELS = { failed: 'broken', delivered: 'ok', unused: 'unknown' } as const

/** Who is told when a check turns, and whether it arrived. */
export async function AlertsCard({ targets }: { targets: readonly Target[] }) {
  const t = await getTranslations('alertTargets')
  return (
    <Card title={t('title')}>
      {targets.length === 0 ? (
        <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
      ) : (
        <Table label={t('title')} folds>
          <thead>
            <tr>
              <th className="w-[130px]">{t('state')}</th>
              <th>{t('destination')}</th>
              <th>{t('language')}</th>
              <th>{t('digest')}</th>
              <th>
                <span className="sr-only">{t('action')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {targets.map((target) => (
              <TargetRow key={target.id} target={target} />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}

async function TargetRow({ target }: { target: Target }) {
  const t = await getTranslations('alertTargets')
  const { id, kind, destination, language, sender, deliveredAt, lastError, waiting } = target
  const state = stateOf(target)
  return (
    <tr>
      <td>
        <Badge level={LEVELS[state]}>{t(`states.${state}`)}</Badge>
        {deliveredAt ? (
          <div className="text-muted mt-0.5 text-xs">
            <RelativeTime at={deliveredAt} />
          </div>
        ) : null}
      </td>
      <td className="min-w-0">
        <span className="exact wrap-anywhere">{destination}</span>
        <p className="text-muted text-sm">
          {kind === 'mail' ? (sender ? t('sentAs', { sender }) : t('noSender')) : t('webhookKind')}
        </p>
        {lastError ? <p className="text-broken text-sm wrap-anywhere">{lastError}</p> : null}
        {waiting > 0 ? <p className="text-muted text-sm">{t('waiting', { count: waiting })}</p> : null}
      </td>
      <td data-label={t('language')}>{t(`languages.${language}`)}</td>
      <td data-label={t('digest')}>{kind === 'mail' ? <DigestSwitch target={target} /> : t('digestNone')}</td>
      <td className="text-right">
        <div className="inline-flex gap-2">
          <ActionForm action={testAlertTargetAction} hidden={{ id }} className="contents">
            <SubmitButton variant="plain" size="small" busy={t('testing')}>
              {t('test')} <span className="sr-only">{destination}</span>
            </SubmitButton>
          </ActionForm>
          <ActionForm action={removeAlertTargetAction} hidden={{ id }} className="contents">
            <SubmitButton variant="danger" size="small" busy={t('removing')}>
              {t('remove')} <span className="sr-only">{destination}</span>
            </SubmitButton>
          </ActionForm>
        </div>
      </td>
    </tr>
  )
}

/** Whether an address gets the weekly digest, the button that changes it, and one that sends it now. */
async function DigestSwitch({ target: { id, destination, wantsDigest } }: { target: Target }) {
  const t = await getTranslations('alertTargets')
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span>{wantsDigest ? t('digestOn') : t('digestOff')}</span>
      <ActionForm
        action={updateAlertDigestAction}
        hidden={{ id, wantsDigest: wantsDigest ? '' : 'on' }}
        className="contents"
      >
        <SubmitButton variant="plain" size="small" busy={t('switching')}>
          {wantsDigest ? t('digestStop') : t('digestStart')} <span className="sr-only">{destination}</span>
        </SubmitButton>
      </ActionForm>
      <ActionForm action={sendDigestNowAction} hidden={{ id }} className="contents">
        <SubmitButton variant="plain" size="small" busy={t('testing')}>
          {t('digestNow')} <span className="sr-only">{destination}</span>
        </SubmitButton>
      </ActionForm>
    </div>
  )
}

/** Adds an address or a webhook. */
export async function AddAlertForm() {
  const t = await getTranslations('alertTargets')
  return (
    <FormCard
      title={t('add')}
      intro={t('addText')}
      action={addTargetAction}
      submit={t('addSubmit')}
      busy={t('adding')}
      variant="plain"
    >
      <TextField name="destination" label={t('destination')} help={t('destinationHelp')} isMono required />
      <SelectField
        name="language"
        label={t('language')}
        options={LOCALES.map((value) => ({ value, label: t(`languages.${value}`) }))}
      />
      <TextField name="sender" label={t('sender')} help={t('senderHelp')} type="email" isMono />
      <CheckboxField name="isPrivate" label={t('isPrivate')} help={t('isPrivateHelp')} />
    </FormCard>
  )
}
