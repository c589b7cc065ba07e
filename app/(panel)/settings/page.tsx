import type { Metadata } from 'next'
import { getFormatter, getTranslations } from 'next-intl/server'
import { AddAlertForm, AlertsCard } from '@/app/(panel)/settings/alerts-card'
import { CheckSettingsForm } from '@/app/(panel)/settings/check-settings-form'
import { KeyDelegationForm } from '@/app/(panel)/settings/key-delegation-form'
import { AddProbeForm, ProbesCard } from '@/app/(panel)/settings/probes-card'
import { ProvidersCard } from '@/app/(panel)/settings/providers/providers-card'
import { RetentionForm } from '@/app/(panel)/settings/retention-form'
import { ReportMailboxesCard } from '@/app/(panel)/settings/report-mailboxes/report-mailboxes-card'
import { ServerChecksCard } from '@/app/(panel)/settings/server-checks-card'
import { ServerSettingsForm } from '@/app/(panel)/settings/server-settings-form'
import { ReleaseLine, type ReleaseQuery } from '@/app/(panel)/release-line'
import { PageHeader } from '@/components/layout/page-header'
import { Card, CardBody } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { listAlertTargets } from '@/lib/alerts/queries'
import { roleMay } from '@/lib/auth/permissions'
import { getCheckSettings } from '@/lib/checks/queries'
import { listProbes } from '@/lib/deliverability/queries'
import { listProviders } from '@/lib/dns/queries'
import { getKeyDelegation } from '@/lib/dkim/queries'
import { requirePageActor } from '@/lib/http/page'
import { getRetention } from '@/lib/retention/queries'
import { listReportMailboxes } from '@/lib/report-mailboxes/queries'
import { getServerChecks, getServerSettings, getServerSettingsForForm } from '@/lib/settings/queries'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings'))('title') }
}

export default async function SettingsPage({ searchParams }: { searchParams: Promise<ReleaseQuery> }) {
  const actor = await requirePageActor('setting:read')
  const mayAlert = roleMay(actor.role, 'alert:write')
  const mayProvide = roleMay(actor.role, 'provider:write')
  const [t, format, query, settings, suggested, checks] = await Promise.all([
    getTranslations('settings'),
    getFormatter(),
    plainQuery(searchParams),
    getServerSettings(actor),
    getServerSettingsForForm(actor),
    getServerChecks(actor),
  ])
  const [providers, delegation, probes, checkSettings, retention, targets, mailboxes] = await Promise.all([
    listProviders(actor),
    getKeyDelegation(actor),
    listProbes(actor),
    getCheckSettings(actor),
    getRetention(actor),
    mayAlert ? listAlertTargets(actor) : null,
    listReportMailboxes(actor),
  ])
  const mayWrite = roleMay(actor.role, 'setting:write')
  const mayAddProbes = roleMay(actor.role, 'probe:write')
  const { hostName, publicAddresses, postmasterAddress } = settings
  return (
    <>
      <PageHeader
        title={t('title')}
        state={
          hostName
            ? {
                level: 'ok',
                word: t('state.setWord'),
                text: t('state.set', { hostName, addresses: format.list(publicAddresses) }),
              }
            : { level: 'attention', word: t('state.unsetWord'), text: t('state.unset') }
        }
      />
      <ReleaseLine actor={actor} query={query} />
      <Card title={t('server')}>
        {mayWrite ? (
          <CardBody>
            <ServerSettingsForm settings={suggested} from="settings" />
          </CardBody>
        ) : (
          <Facts
            facts={[
              { term: t('hostName'), value: hostName ?? '–' },
              { term: t('publicAddresses'), value: publicAddresses.join(', ') || '–' },
              { term: t('postmasterAddress'), value: postmasterAddress ?? '–' },
            ]}
          />
        )}
      </Card>
      {checks && mayWrite ? <ServerChecksCard checks={checks} from="settings" /> : null}
      <ProvidersCard providers={providers} mayWrite={mayProvide} />
      {mayProvide && providers.length > 0 ? <KeyDelegationForm delegation={delegation} providers={providers} /> : null}
      <ProbesCard probes={probes} mayWrite={mayAddProbes} />
      {mayAddProbes ? <AddProbeForm /> : null}
      <ReportMailboxesCard mailboxes={mailboxes} mayWrite={mayWrite} />
      {targets ? (
        <>
          <AlertsCard targets={targets} />
          <AddAlertForm />
        </>
      ) : null}
      {mayWrite ? (
        <>
          <CheckSettingsForm settings={checkSettings} />
          <RetentionForm retention={retention} />
        </>
      ) : null}
    </>
  )
}
