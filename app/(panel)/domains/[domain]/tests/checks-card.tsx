import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { checkDomainAction } from '@/app/(panel)/checks/actions'
import { findingActions } from '@/app/(panel)/checks/finding-actions'
import { FindingList } from '@/components/data/finding-list'
import { badgeLevel } from '@/components/data/finding-level'
import { domainPath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { Actor } from '@/lib/auth/actor'
import type { listDomainFindings } from '@/lib/checks/queries'
import { toUnicode } from '@/lib/domains/unicode'

/** What the checks of a domain found, and by reference how its mail servers stand (MAIL rule 33). */
export async function ChecksCard({
  actor,
  domain,
  page: { findings, nodes, checkedAt },
  acknowledging,
}: {
  actor: Actor
  domain: string
  page: Awaited<ReturnType<typeof listDomainFindings>>
  acknowledging: string | undefined
}) {
  const t = await getTranslations('findings')
  const path = domainPath(domain, 'tests')
  const actions = findingActions(actor)
  return (
    <Card
      title={t('title')}
      aside={
        <>
          {checkedAt ? <span>{t.rich('checkedAt', { at: () => <RelativeTime at={checkedAt} /> })}</span> : null}
          {actions ? (
            <ActionForm action={checkDomainAction} hidden={{ domain, from: path }} className="contents">
              <SubmitButton variant="plain" size="small" busy={t('checking')}>
                {t('allAgain')}
              </SubmitButton>
            </ActionForm>
          ) : null}
        </>
      }
    >
      {findings.length === 0 ? (
        <Empty title={t('unchecked')}>{t('uncheckedText', { name: toUnicode(domain) })}</Empty>
      ) : null}
      <FindingList findings={findings} place={{ path, query: {}, acknowledging }} actions={actions} />
      {nodes.map(({ name, wrong, level }) =>
        wrong === 0 ? null : (
          <p key={name} className="border-line flex flex-wrap items-baseline gap-x-2 border-t px-4 py-2.5">
            <Badge level={badgeLevel(level)}>{t(`levels.${level}`)}</Badge>
            <Link prefetch={false} href="/nodes">
              {t('ofNode', { name, count: wrong })}
            </Link>
          </p>
        ),
      )}
    </Card>
  )
}
