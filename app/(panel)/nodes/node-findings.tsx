import { getTranslations } from 'next-intl/server'
import { checkNodeAction } from '@/app/(panel)/checks/actions'
import { findingActions } from '@/app/(panel)/checks/finding-actions'
import { FindingList } from '@/components/data/finding-list'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'
import type { ListedFinding } from '@/lib/checks/listed'

/** What the checks of a node found: they count for every domain that it serves. */
export async function NodeFindings({
  actor,
  node,
  findings,
  acknowledging,
}: {
  actor: Actor
  node: string
  findings: readonly ListedFinding[]
  acknowledging: string | undefined
}) {
  const t = await getTranslations('findings')
  const actions = findingActions(actor)
  return (
    <section className="border-line border-t">
      <header className="flex flex-wrap items-center justify-between gap-2 px-4 py-2.5">
        <h3 className="font-semibold">{t('title')}</h3>
        {roleMay(actor.role, 'node:check') ? (
          <ActionForm action={checkNodeAction} hidden={{ node }} className="contents">
            <SubmitButton variant="plain" size="small" busy={t('checking')}>
              {t('allAgain')} <span className="sr-only">{node}</span>
            </SubmitButton>
          </ActionForm>
        ) : null}
      </header>
      {findings.length === 0 ? <p className="text-muted px-4 pb-3">{t('unchecked')}</p> : null}
      <FindingList findings={findings} place={{ path: '/nodes', query: {}, acknowledging }} actions={actions} />
    </section>
  )
}
