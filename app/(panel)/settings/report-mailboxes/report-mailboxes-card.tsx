import { getTranslations } from 'next-intl/server'
import { removeReportMailboxAction, tryReportMailboxAction } from '@/app/(panel)/settings/report-mailboxes/actions'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import type { listReportMailboxes } from '@/lib/report-mailboxes/queries'

type Mailbox = Awaited<ReturnType<typeof listReportMailboxes>>[number]

const LEVELS = { new: 'unknown', connected: 'ok', failed: 'broken' } as const

/** The mailboxes that reports are fetched from, and how that goes. */
export async function ReportMailboxesCard({
  mailboxes,
  mayWrite,
}: {
  mailboxes: readonly Mailbox[]
  mayWrite: boolean
}) {
  const t = await getTranslations('reportMailboxes')
  return (
    <div id="report-mailboxes">
      <Card
        title={t('title')}
        aside={
          mayWrite ? (
            <ButtonLink size="small" href="/settings/report-mailboxes/new">
              {t('add')}
            </ButtonLink>
          ) : null
        }
      >
        {mailboxes.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <Table label={t('title')} folds>
            <thead>
              <tr>
                <th className="w-[130px]">{t('state')}</th>
                <th>{t('mailbox')}</th>
                <th>{t('taken')}</th>
                {mayWrite ? (
                  <th>
                    <span className="sr-only">{t('action')}</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {mailboxes.map((mailbox) => (
                <MailboxRow key={mailbox.id} mailbox={mailbox} mayWrite={mayWrite} />
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </div>
  )
}

async function MailboxRow({ mailbox, mayWrite }: { mailbox: Mailbox; mayWrite: boolean }) {
  const t = await getTranslations('reportMailboxes')
  const { name, state, stateAt, mailCount, lastMailAt, heldCount } = mailbox
  return (
    <tr>
      <td>
        <Badge level={LEVELS[state]}>{t(`states.${state}`)}</Badge>
        {stateAt && state !== 'new' ? (
          <div className="text-muted mt-0.5 text-xs">
            <RelativeTime at={stateAt} />
          </div>
        ) : null}
      </td>
      <td className="min-w-0">
        <b className="font-[550] wrap-anywhere">{name}</b>
        <Place mailbox={mailbox} />
        <Trouble mailbox={mailbox} />
      </td>
      <td data-label={t('taken')}>
        {t('mails', { count: mailCount })}
        {lastMailAt ? (
          <div className="text-muted text-xs">
            <RelativeTime at={lastMailAt} />
          </div>
        ) : null}
        {heldCount > 0 ? <p className="text-attention text-sm">{t('held', { count: heldCount })}</p> : null}
      </td>
      {mayWrite ? (
        <td className="text-right">
          <MailboxActions mailbox={mailbox} />
        </td>
      ) : null}
    </tr>
  )
}

async function Place({ mailbox: { isOwn, host, port, folder, doneFolder } }: { mailbox: Mailbox }) {
  const t = await getTranslations('reportMailboxes')
  return (
    <>
      <p className="text-muted text-sm wrap-anywhere">{isOwn ? t('own') : t('elsewhere', { host, port })}</p>
      <p className="text-muted text-sm wrap-anywhere">{t('folders', { folder, doneFolder })}</p>
    </>
  )
}

/** What is wrong, what to do, and the server's own words. */
async function Trouble({ mailbox: { state, isOwn, problemCode, problem, folder, doneFolder } }: { mailbox: Mailbox }) {
  const t = await getTranslations('reportMailboxes')
  if (state !== 'failed' || problemCode === null) return null
  return (
    <>
      <p className="text-broken text-sm">
        {problemCode === 'wrong-password' && isOwn
          ? t('ownPassword')
          : t(`problems.${problemCode}`, { folder, doneFolder })}
      </p>
      {problem ? <p className="text-muted exact text-sm wrap-anywhere">{problem}</p> : null}
    </>
  )
}

async function MailboxActions({ mailbox: { id, name } }: { mailbox: Mailbox }) {
  const t = await getTranslations('reportMailboxes')
  return (
    <div className="inline-flex gap-2">
      <ActionForm action={tryReportMailboxAction} hidden={{ id }} className="contents">
        <SubmitButton variant="plain" size="small" busy={t('trying')}>
          {t('try')} <span className="sr-only">{name}</span>
        </SubmitButton>
      </ActionForm>
      <ActionForm action={removeReportMailboxAction} hidden={{ id }} className="contents">
        <SubmitButton variant="danger" size="small" busy={t('removing')}>
          {t('remove')} <span className="sr-only">{name}</span>
        </SubmitButton>
      </ActionForm>
    </div>
  )
}
