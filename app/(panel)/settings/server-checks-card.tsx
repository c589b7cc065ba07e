import { getTranslations } from 'next-intl/server'
import { runServerChecksAction } from '@/app/(panel)/settings/actions'
import { RelativeTime } from '@/components/data/time'
import { ServerChecks } from '@/components/data/server-checks'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Card } from '@/components/ui/card'
import type { ServerCheckResult } from '@/lib/settings/server-checks'

/** What the last look at the server found, with the button that looks again. `from` is the page to come back to. */
export async function ServerChecksCard({
  checks,
  from,
}: {
  checks: { at: Date; checks: ServerCheckResult[] }
  from: 'setup' | 'settings'
}) {
  const t = await getTranslations('serverChecks')
  return (
    <Card
      title={t('title')}
      aside={
        <>
          <RelativeTime at={checks.at} />
          <ActionForm action={runServerChecksAction} hidden={{ from }} className="contents">
            <SubmitButton variant="plain" size="small" busy={t('checking')}>
              {t('again')}
            </SubmitButton>
          </ActionForm>
        </>
      }
    >
      <ServerChecks checks={checks.checks} />
    </Card>
  )
}
