import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { changePasswordAction, revokeSessionAction, signOutEverywhereAction } from '@/app/(panel)/account/actions'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { NewPasswordFields } from '@/components/form/new-password-fields'
import { SubmitButton } from '@/components/form/submit'
import { PageHeader } from '@/components/layout/page-header'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { NoticeLine } from '@/components/ui/notice'
import { Table } from '@/components/ui/table'
import { getAccount, listSessions } from '@/lib/auth/queries'
import { describeUserAgent } from '@/lib/auth/user-agent'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('title') }
}

export default async function AccountPage({ searchParams }: { searchParams: Promise<{ changed?: string }> }) {
  const actor = await requirePageActor('session:write')
  const [t, account, sessions, { changed }] = await Promise.all([
    getTranslations('account'),
    orNotFound(getAccount(actor)),
    listSessions(actor),
    plainQuery(searchParams),
  ])
  const nameOf = ({ userAgent }: (typeof sessions)[number]): string =>
    describeUserAgent(userAgent) ?? t('unknownBrowser')
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{
          level: 'ok',
          word: t(`roleWord.${actor.role}`),
          text: t('state', { name: account.name, email: account.email }),
        }}
      />
      {changed === 'password' ? (
        <NoticeLine notice={{ level: 'ok', word: t('changedWord'), text: t('changedPassword') }} />
      ) : null}
      <Card title={t('sessions')}>
        <Table label={t('sessions')} folds>
          <thead>
            <tr>
              <th>{t('browser')}</th>
              <th>{t('address')}</th>
              <th>{t('since')}</th>
              <th>{t('lastSeen')}</th>
              <th>
                <span className="sr-only">{t('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.id}>
                <td>
                  {nameOf(session)}{' '}
                  {session.isCurrent ? (
                    <Badge level="ok" plain>
                      {t('current')}
                    </Badge>
                  ) : null}
                </td>
                <td className="exact" data-label={t('address')}>
                  {session.address ?? t('unknownAddress')}
                </td>
                <td data-label={t('since')}>
                  <RelativeTime at={session.createdAt} />
                </td>
                <td data-label={t('lastSeen')}>
                  <RelativeTime at={session.lastSeenAt} />
                </td>
                <td className="text-right">
                  {session.isCurrent ? null : (
                    <ActionForm action={revokeSessionAction} hidden={{ session: session.id }} className="inline">
                      <SubmitButton variant="plain" size="small" busy={t('revoking')}>
                        {t('revoke')} <span className="sr-only">{nameOf(session)}</span>
                      </SubmitButton>
                    </ActionForm>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
        <div className="border-line flex flex-wrap items-center gap-3 border-t px-4 py-3">
          <ActionForm action={signOutEverywhereAction} className="contents">
            <SubmitButton variant="danger" busy={t('everywhereBusy')}>
              {t('everywhere')}
            </SubmitButton>
          </ActionForm>
          <span className="text-muted text-sm">{t('everywhereHelp')}</span>
        </div>
      </Card>
      <FormCard
        title={t('password')}
        intro={t('passwordIntro')}
        action={changePasswordAction}
        submit={t('changePassword')}
        busy={t('changing')}
      >
        <input type="hidden" name="username" autoComplete="username" value={account.email} readOnly />
        <TextField
          name="currentPassword"
          label={t('currentPassword')}
          type="password"
          autoComplete="current-password"
          required
        />
        <NewPasswordFields label={t('newPassword')} again={t('newPasswordAgain')} />
      </FormCard>
    </>
  )
}
