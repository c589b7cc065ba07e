import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ServerSettingsForm } from '@/app/(panel)/settings/server-settings-form'
import { ServerChecksCard } from '@/app/(panel)/settings/server-checks-card'
import { ButtonLink } from '@/components/ui/button'
import { requirePageActor } from '@/lib/http/page'
import { getServerChecks, getServerSettingsForForm } from '@/lib/settings/queries'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('setup'))('serverTitle') }
}

export default async function SetupServerPage() {
  const actor = await requirePageActor('setting:write')
  const [t, settings, checks] = await Promise.all([
    getTranslations('setup'),
    getServerSettingsForForm(actor),
    getServerChecks(actor),
  ])
  return (
    <>
      <h1>{t('serverTitle')}</h1>
      <p className="text-muted">{t('serverIntro')}</p>
      <ServerSettingsForm settings={settings} from="setup" />
      {checks ? (
        <>
          <ServerChecksCard checks={checks} from="setup" />
          <div>
            <ButtonLink href="/domains/new" variant="primary">
              {t('firstDomain')}
            </ButtonLink>
          </div>
        </>
      ) : null}
    </>
  )
}
