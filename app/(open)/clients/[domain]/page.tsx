import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { notFound } from 'next/navigation'
import { Exact } from '@/components/data/exact'
import { RelativeTime } from '@/components/data/time'
import { TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { Card, CardBody } from '@/components/ui/card'
import { NoticeLine } from '@/components/ui/notice'
import { QrCode } from '@/components/ui/qr-code'
import { Table } from '@/components/ui/table'
import { parseAddress } from '@/lib/addresses/address'
import { lastProbes } from '@/lib/clients/probes'
import { findClientSettings } from '@/lib/clients/settings'
import { env } from '@/lib/env'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<{ address?: string }>
}

/** Ways to read mail that people ask for and that this server does not have. */
const NOT_OFFERED = ['webmail', 'activesync', 'nntp'] as const

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('clients')
  return { title: t('title', { domain: domainParam((await params).domain) }) }
}

/** How to set a mail program up: for whoever has a mailbox of the domain, without sign-in. */
export default async function ClientsPage({ params, searchParams }: Props) {
  const domain = domainParam((await params).domain)
  const settings = (await findClientSettings(domain)) ?? notFound()
  const [t, query, probes] = await Promise.all([
    getTranslations('clients'),
    plainQuery(searchParams),
    lastProbes(settings.endpoints),
  ])
  const typed = query.address ?? ''
  const parsed = parseAddress(typed)
  const address = parsed.ok && parsed.value.domain === domain ? parsed.value.address : null
  const path = `/clients/${domain}`
  const profile = address === null ? null : `${path}/apple.mobileconfig?address=${encodeURIComponent(address)}`
  return (
    <>
      <h1>{t('title', { domain })}</h1>
      <p className="text-muted">{t('intro')}</p>
      {typed !== '' && address === null ? (
        <NoticeLine notice={{ level: 'attention', word: t('wrong'), text: t('addressWrong', { domain }) }} />
      ) : null}
      <form action={path} className="flex flex-col gap-3">
        <TextField
          name="address"
          label={t('address')}
          help={t('addressHelp', { domain })}
          type="email"
          defaultValue={typed}
        />
        <div>
          <SubmitButton busy={t('show')}>{t('show')}</SubmitButton>
        </div>
      </form>
      <Card title={t('byHand')}>
        <CardBody>
          <p className="mb-2">
            {t('userName')} <Exact text={address ?? `…@${domain}`} name={t('userName')} />
          </p>
        </CardBody>
        <Table label={t('byHand')} folds>
          <thead>
            <tr>
              <th>{t('service')}</th>
              <th>{t('host')}</th>
              <th>{t('port')}</th>
              <th>{t('security')}</th>
              <th>{t('probed')}</th>
            </tr>
          </thead>
          <tbody>
            {settings.endpoints.map(({ service, host, port, security }) => {
              const probe = probes.get(`${host} ${service}`)
              return (
                <tr key={service}>
                  <td>{t(`services.${service}`)}</td>
                  <td className="font-mono text-[12.5px]">{host}</td>
                  <td className="font-mono text-[12.5px]">{port}</td>
                  <td>{t(`securities.${security}`)}</td>
                  <td>
                    {probe ? (
                      <>
                        <Badge level={probe.hasAnswered ? 'ok' : 'broken'}>
                          {t(probe.hasAnswered ? 'answered' : 'silent')}
                        </Badge>{' '}
                        <RelativeTime at={probe.at} />
                      </>
                    ) : (
                      <Badge level="unknown">{t('unprobed')}</Badge>
                    )}
                  </td>
                </tr>
              )
            })}
            {NOT_OFFERED.map((service) => (
              <tr key={service}>
                <td>{t(`services.${service}`)}</td>
                <td colSpan={4} className="text-muted">
                  {t('notOffered')}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Card>
      <Card title={t('phones')}>
        <CardBody>
          <div className="flex flex-wrap items-start gap-4">
            <QrCode text={new URL(profile ?? path, env().POSTHOUSE_URL).href} label={t('qrLabel')} />
            <div className="flex min-w-0 flex-1 flex-col gap-2">
              <p>{t('apple')}</p>
              {profile === null ? (
                <p className="text-muted">{t('appleNeedsAddress')}</p>
              ) : (
                <p>
                  <a href={profile}>{t('appleProfile')}</a>
                </p>
              )}
              <p className="text-muted">{t('others')}</p>
            </div>
          </div>
        </CardBody>
      </Card>
    </>
  )
}
