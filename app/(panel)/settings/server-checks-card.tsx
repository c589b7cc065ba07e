import { getTranslations } from 'next-intl/server'
import { runServerChecksAction } from '@/app/(panel)/settings/actions'
import { RelativeTime } from '@/components/data/time'
import { ServerChecks } from '@/components/data/server-checks'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Card } from '@/components/ui/card'
import type { ServerCheckResult } from '@/lib/settings/server-checks'

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
          <ActionForm action={runServerChecksAction} className="contents">
            <input type="hidden" name="from" value={from} />
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
