import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { AddressList, type AddressListQuery } from '@/app/(panel)/domains/[domain]/address-list'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { quotaFormatter } from '@/components/data/bytes'
import { mailboxPath } from '@/components/data/paths'
import { Badge } from '@/components/ui/badge'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { listMailboxes } from '@/lib/mailboxes/queries'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<AddressListQuery>
}

export const generateMetadata = domainPageTitle('mailboxes')

export default async function MailboxesPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('mailbox:read')
  const name = domainParam((await params).domain)
  const query = await plainQuery(searchParams)
  const [domain, { mailboxes, next }, t, quota] = await Promise.all([
    orNotFound(requireDomain(actor, name)),
    listMailboxes(actor, { domain: name, q: query.q, after: query.after }),
    getTranslations('mailboxes'),
    quotaFormatter(),
  ])
  return (
    <AddressList
      kind="mailboxes"
      name={name}
      actor={actor}
      query={query}
      text={t('count', { count: domain.mailboxCount, quota: quota(domain.defaultQuotaBytes) })}
      total={domain.mailboxCount}
      shown={mailboxes.length}
      next={next}
    >
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
              <Link prefetch={false} href={mailboxPath(name, mailbox.localPart)} className="text-text exact">
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
              {mailbox.forwardTargets.length > 0 ? ` · ${t('forwards', { count: mailbox.forwardTargets.length })}` : ''}
            </td>
            <td className="num" data-label={t('quota')}>
              {quota(mailbox.quotaBytes)}
            </td>
          </tr>
        ))}
      </tbody>
    </AddressList>
  )
}
