import type { Metadata } from 'next'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { byteFormatter } from '@/components/data/bytes'
import { domainPath, mailboxPath, withQuery } from '@/components/data/paths'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { SearchForm } from '@/components/data/search-form'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/ui/pager'
import { Table } from '@/components/ui/table'
import { roleMay } from '@/lib/auth/permissions'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { listMailboxes } from '@/lib/mailboxes/queries'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery & { q?: string; after?: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('mailboxes')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

export default async function MailboxesPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('mailbox:read')
  const name = domainParam((await params).domain)
  const [domain, query] = await Promise.all([orNotFound(requireDomain(actor, name)), plainQuery(searchParams)])
  const { q = '', after } = query
  const [t, tList, bytes, { mailboxes, next }] = await Promise.all([
    getTranslations('mailboxes'),
    getTranslations('list'),
    byteFormatter(),
    listMailboxes(actor, { domain: name, q, ...(after === undefined ? {} : { after }) }),
  ])
  const path = domainPath(name, 'mailboxes')
  const create = roleMay(actor.role, 'mailbox:write') ? (
    <ButtonLink href={`${path}/new`} variant="primary">
      {t('create')}
    </ButtonLink>
  ) : null
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      actions={create}
      state={{
        level: domain.mailboxCount === 0 ? 'unknown' : 'ok',
        word: t('countWord', { count: domain.mailboxCount }),
        text: t('count', { quota: bytes(domain.defaultQuotaBytes) }),
      }}
    >
      <Card
        title={t('title')}
        aside={domain.mailboxCount > 0 ? <SearchForm label={t('search')} submit={tList('search')} value={q} /> : null}
      >
        {mailboxes.length === 0 ? (
          q || after ? (
            <Empty title={tList('noMatch')} action={<ButtonLink href={path}>{tList('showAll')}</ButtonLink>} />
          ) : (
            <Empty title={t('emptyTitle')} action={create}>
              {t('emptyText')}
            </Empty>
          )
        ) : (
          <Table label={t('title')} folds>
            <thead>
              <tr>
                <th>{t('address')}</th>
                <th>{t('name')}</th>
                <th>{t('state')}</th>
                <th>{t('services')}</th>
                <th className="num">{t('quota')}</th>
              </tr>
            </thead>
            <tbody>
              {mailboxes.map((mailbox) => (
                <tr key={mailbox.id}>
                  <td>
                    <Link
                      prefetch={false}
                      href={mailboxPath(name, mailbox.localPart)}
                      className="text-text font-mono text-[12.5px] [overflow-wrap:anywhere]"
                    >
                      {mailbox.localPart}@{mailbox.domain}
                    </Link>
                  </td>
                  <td>{mailbox.name}</td>
                  <td>
                    {mailbox.disabledAt ? (
                      <Badge level="attention">{t('disabled')}</Badge>
                    ) : mailbox.isSendOnly ? (
                      <Badge level="unknown">{t('sendOnly')}</Badge>
                    ) : (
                      <Badge level="ok">{t('active')}</Badge>
                    )}
                  </td>
                  <td className="text-muted" data-label={t('services')}>
                    {[
                      mailbox.isImapEnabled ? 'IMAP' : null,
                      mailbox.isPop3Enabled ? 'POP3' : null,
                      mailbox.isSubmissionEnabled ? t('submission') : null,
                    ]
                      .filter(Boolean)
                      .join(', ') || t('noServices')}
                    {mailbox.forwardTargets.length > 0
                      ? ` · ${t('forwards', { count: mailbox.forwardTargets.length })}`
                      : ''}
                  </td>
                  <td className="num" data-label={t('quota')}>
                    {mailbox.quotaBytes === 0n ? t('noQuota') : bytes(mailbox.quotaBytes)}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <Pager
          first={after ? withQuery(path, { q }) : null}
          next={next ? withQuery(path, { q, after: next }) : null}
          labels={{ first: tList('first'), next: tList('next'), name: tList('pages') }}
        />
      </Card>
    </DomainFrame>
  )
}
