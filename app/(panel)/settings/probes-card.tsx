import { getTranslations } from 'next-intl/server'
import { addProbeAction, removeProbeAction } from '@/app/(panel)/settings/actions'
import { ActionForm } from '@/components/form/action-form'
import { TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { SubmitButton } from '@/components/form/submit'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import type { listProbes } from '@/lib/deliverability/queries'
import { shownGrade } from '@/lib/deliverability/schema'

/** The mailboxes that tests are sent to; who may removes one. */
export async function ProbesCard({
  probes,
  mayWrite,
}: {
  probes: Awaited<ReturnType<typeof listProbes>>
  mayWrite: boolean
}) {
  const [t, tReadiness] = await Promise.all([getTranslations('probes'), getTranslations('readiness')])
  return (
    <Card title={t('title')}>
      {probes.length === 0 ? (
        <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
      ) : (
        <Table label={t('title')} folds>
          <thead>
            <tr>
              <th>{t('name')}</th>
              <th>{t('address')}</th>
              <th>{t('grade')}</th>
              {mayWrite ? (
                <th>
                  <span className="sr-only">{t('action')}</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {probes.map((probe) => (
              <tr key={probe.name}>
                <td className="font-[550]">{probe.name}</td>
                <td className="exact wrap-anywhere">{probe.address}</td>
                <td data-label={t('grade')}>{tReadiness(`grade.${shownGrade(probe.grade, probe.isStandIn)}`)}</td>
                {mayWrite ? (
                  <td className="text-right">
                    <ActionForm action={removeProbeAction} hidden={{ name: probe.name }} className="inline">
                      <SubmitButton variant="danger" size="small" busy={t('removing')}>
                        {t('remove')} <span className="sr-only">{probe.name}</span>
                      </SubmitButton>
                    </ActionForm>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {mayWrite && probes.length > 0 ? (
        <p className="border-line text-muted border-t px-4 py-2.5 text-sm">{t('removeText')}</p>
      ) : null}
    </Card>
  )
}

/** Adds a mailbox elsewhere, or gives a known one its new log-in. */
export async function AddProbeForm() {
  const t = await getTranslations('probes')
  return (
    <FormCard
      title={t('addTitle')}
      intro={t('addText')}
      action={addProbeAction}
      submit={t('add')}
      busy={t('adding')}
      variant="plain"
    >
      <TextField name="name" label={t('name')} help={t('nameHelp')} required />
      <TextField name="address" label={t('address')} help={t('addressHelp')} type="email" isMono required />
      <TextField name="imapHost" label={t('imapHost')} placeholder="imap.example.net" isMono required />
      <TextField
        name="imapPort"
        label={t('imapPort')}
        help={t('imapPortHelp')}
        defaultValue="993"
        inputMode="numeric"
        required
      />
      <TextField name="submissionHost" label={t('submissionHost')} placeholder="smtp.example.net" isMono required />
      <TextField
        name="submissionPort"
        label={t('submissionPort')}
        help={t('submissionPortHelp')}
        defaultValue="465"
        inputMode="numeric"
        required
      />
      <TextField name="user" label={t('user')} help={t('userHelp')} autoComplete="off" isMono required />
      <TextField
        name="password"
        label={t('password')}
        help={t('passwordHelp')}
        type="password"
        autoComplete="new-password"
        required
      />
    </FormCard>
  )
}
