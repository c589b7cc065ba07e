import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { checkDnsAction, planDnsAction, removeOwnRecordAction } from '@/app/(panel)/domains/[domain]/dns/actions'
import { OwnRecordForm } from '@/app/(panel)/domains/[domain]/dns/own-record-form'
import { Exact } from '@/components/data/exact'
import { AliasZonesCard } from '@/app/(panel)/domains/[domain]/dns/alias-zones-card'
import { MailHostsCard } from '@/app/(panel)/domains/[domain]/dns/mail-hosts-card'
import { isCounted, recordLevel } from '@/components/data/record-state'
import { RecordRow } from '@/components/data/record-row'
import { RelativeTime } from '@/components/data/time'
import { domainPath } from '@/components/data/paths'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { ButtonLink } from '@/components/ui/button'
import { Card, CardBody } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { worstLevel } from '@/components/ui/level'
import { NoticeLine } from '@/components/ui/notice'
import { Table } from '@/components/ui/table'
import { roleMay } from '@/lib/auth/permissions'
import { NEEDS } from '@/lib/dns/purpose'
import { listDnsRecords, listMailHosts, zoneTextOf, type ListedRecord } from '@/lib/dns/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<{ asked?: string; release?: string; ms?: string }>
}

export const generateMetadata = domainPageTitle('dns')

/** Under which heading a record stands; one that is no longer wanted stands with the administrator's own, to be seen. */
function groupOf({ purpose, need }: ListedRecord) {
  return purpose === 'own' || purpose === 'withdrawn' ? 'own' : need
}

export default async function DnsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('dns:read')
  const name = domainParam((await params).domain)
  const [{ records, provider }, hosts, t, format, query] = await Promise.all([
    orNotFound(listDnsRecords(actor, name)),
    listMailHosts(actor),
    getTranslations('dns'),
    getFormatter(),
    plainQuery(searchParams),
  ])
  const counted = records.filter(isCounted)
  const wrong = counted.filter((record) => ['broken', 'attention'].includes(recordLevel(record)))
  const level = records.length === 0 ? 'unknown' : worstLevel(counted.map(recordLevel))
  const checkedAt = records.reduce<Date | null>((latest, { observation }) => {
    const at = observation?.checkedAt ?? null
    return at && (!latest || at > latest) ? at : latest
  }, null)
  const servers = [
    ...new Set(records.flatMap((record) => record.observation?.findings.map((finding) => finding.server) ?? [])),
  ].filter(Boolean)
  const asked = query.asked !== undefined && /^\d{1,15}$/.test(query.asked) ? Number(query.asked) : null
  const isAsking = asked !== null && (checkedAt === null || checkedAt.getTime() < asked)
  const mayWrite = roleMay(actor.role, 'dns:write')
  const zone = zoneTextOf(records)
  const groups = [...NEEDS, 'own' as const]
    .map((group) => ({ group, rows: records.filter((record) => groupOf(record) === group) }))
    .filter(({ rows }) => rows.length > 0)
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      state={{
        level,
        word: t(`level.${level}`),
        text: checkedAt === null ? t('stateUnasked') : t('state', { wrong: wrong.length, total: counted.length }),
      }}
      actions={
        <>
          {mayWrite ? (
            <ActionForm action={checkDnsAction} hidden={{ domain: name }} className="contents">
              <SubmitButton variant="plain" busy={t('asking')}>
                {t('checkNow')}
              </SubmitButton>
            </ActionForm>
          ) : null}
          <ButtonLink href={domainPath(name, 'dns/by-hand')}>{t('typeIn')}</ButtonLink>
          {provider && roleMay(actor.role, 'dns:publish') ? (
            <ActionForm action={planDnsAction} hidden={{ domain: name }} className="contents">
              <SubmitButton variant={wrong.length > 0 || checkedAt === null ? 'primary' : 'plain'} busy={t('asking')}>
                {t('publish')}
              </SubmitButton>
            </ActionForm>
          ) : null}
        </>
      }
    >
      {isAsking ? <NoticeLine notice={{ level: 'waiting', word: t('askedWord'), text: t('askedText') }} /> : null}
      {records.length === 0 ? (
        <Card title={t('records')}>
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        </Card>
      ) : null}
      {groups.map(({ group, rows }, index) => (
        <Card
          key={group}
          title={t(`needs.${group}`)}
          aside={
            index === 0 && checkedAt ? (
              <span>
                {t.rich('askedAt', { servers: format.list(servers), at: () => <RelativeTime at={checkedAt} /> })}
              </span>
            ) : (
              t(`needText.${group}`)
            )
          }
        >
          <Table label={t(`needs.${group}`)} folds>
            <thead>
              <tr>
                <th className="w-[150px]">{t('stateColumn')}</th>
                <th>{t('record')}</th>
                <th className="w-[240px]">{t('whyColumn')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((record) => (
                <RecordRow
                  key={record.id}
                  record={record}
                  provider={provider}
                  action={
                    record.purpose === 'own' && mayWrite ? (
                      <ActionForm
                        action={removeOwnRecordAction}
                        hidden={{ domain: name, id: record.id }}
                        className="mt-1"
                      >
                        <SubmitButton variant="danger" size="small" busy={t('removing')}>
                          {t('remove')}{' '}
                          <span className="sr-only">
                            {record.name} {record.type}
                          </span>
                        </SubmitButton>
                      </ActionForm>
                    ) : null
                  }
                />
              ))}
            </tbody>
          </Table>
        </Card>
      ))}
      <MailHostsCard hosts={hosts} />
      <AliasZonesCard records={records} provider={provider} />
      {zone ? (
        <Card title={t('zone')} aside={provider ? t('publishedAt', { provider }) : t('byHand')}>
          <CardBody>
            <p className="text-muted mb-2 text-sm">{t('zoneHelp')}</p>
            <Exact text={zone} name={t('zone')} />
          </CardBody>
        </Card>
      ) : null}
      {mayWrite ? <OwnRecordForm domain={name} /> : null}
    </DomainFrame>
  )
}
