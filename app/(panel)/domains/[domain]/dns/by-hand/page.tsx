import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { StyleForm } from '@/app/(panel)/domains/[domain]/dns/by-hand/style-form'
import { HandTaskItem } from '@/app/(panel)/domains/[domain]/dns/by-hand/hand-task-item'
import { HOSTS, linesOf, readChoices, type ChoicesQuery } from '@/app/(panel)/domains/[domain]/dns/by-hand/choices'
import { Exact } from '@/components/data/exact'
import { domainPath, withQuery } from '@/components/data/paths'
import { ButtonLink } from '@/components/ui/button'
import { Card, CardBody } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { EXPORT_FORMATS } from '@/lib/dns/by-hand/export'
import { handTasks } from '@/lib/dns/by-hand/of-listed'
import { zoneChoices } from '@/lib/dns/by-hand/zone-choices'
import { listDnsRecords } from '@/lib/dns/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ChoicesQuery & { zone?: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('byHand')
  return { title: `${t('title')} · ${domainParam((await params).domain)}` }
}

/** Every choice is in the address: the page works without JavaScript and can be sent to whoever types. */
function Choice({ href, isOn, label }: { href: string; isOn: boolean; label: string }) {
  return (
    <ButtonLink href={href} size="small" variant={isOn ? 'primary' : 'plain'} aria-current={isOn ? 'true' : undefined}>
      {label}
    </ButtonLink>
  )
}

export default async function ByHandPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('dns:read')
  const name = domainParam((await params).domain)
  const [{ records }, t, tDomain, query] = await Promise.all([
    orNotFound(listDnsRecords(actor, name)),
    getTranslations('byHand'),
    getTranslations('domain'),
    plainQuery(searchParams),
  ])
  const zones = zoneChoices(name)
  const zone = zones.find((known) => known === query.zone) ?? zones[0] ?? name
  const choices = readChoices(query)
  const tasks = handTasks(records, zone)
  const open = tasks.filter(({ work }) => work !== 'none')
  const shown = choices.isAll ? tasks : open
  const path = domainPath(name, 'dns/by-hand')
  const here = { ...choices.query, zone: zone === zones[0] ? null : zone }
  const own = shown.filter(({ listed }) => !listed.isOutside)
  const lines = linesOf(choices.host, own)
  // What stands at another domain is no line of this zone.
  const items = lines === null ? shown : shown.filter(({ listed }) => listed.isOutside)
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('title')}
      crumbs={[{ href: domainPath(name, 'dns'), label: tDomain('tabs.dns') }]}
      state={
        open.length === 0
          ? { level: 'ok', word: t('doneWord'), text: t('done') }
          : { level: 'attention', word: t('openWord'), text: t('open', { count: open.length }) }
      }
    >
      <Card title={t('host')}>
        <CardBody>
          <div className="flex flex-wrap gap-2">
            {HOSTS.map((host) => (
              <Choice
                key={host}
                href={withQuery(path, { ...here, at: host })}
                isOn={host === choices.host}
                label={t(`hosts.${host}`)}
              />
            ))}
          </div>
          <p className="text-muted mt-2 max-w-prose text-sm">{t(`hostText.${choices.host}`)}</p>
          {zones.length > 1 ? (
            <div className="mt-3 flex flex-wrap items-center gap-2">
              <span className="text-muted text-sm">{t('zone')}</span>
              {zones.map((known) => (
                <Choice
                  key={known}
                  href={withQuery(path, { ...here, zone: known })}
                  isOn={known === zone}
                  label={known}
                />
              ))}
            </div>
          ) : null}
          {choices.host === 'generic' ? <StyleForm path={path} choices={choices} zone={zone} /> : null}
        </CardBody>
      </Card>
      {shown.length === 0 ? (
        <Card>
          <Empty title={t('done')}>{t('doneText')}</Empty>
        </Card>
      ) : null}
      {lines ? (
        <Card title={t('lines')} aside={t('linesText')}>
          <CardBody>
            <Exact text={lines} name={t('lines')} />
          </CardBody>
        </Card>
      ) : null}
      {items.map((task) => (
        <HandTaskItem key={task.listed.id} task={task} choices={choices} />
      ))}
      <Card title={t('downloads')} aside={t('downloadsText')}>
        <CardBody>
          <div className="flex flex-wrap gap-2">
            {EXPORT_FORMATS.map((format) => (
              <a key={format} href={withQuery(domainPath(name, `dns/export/${format}`), { zone })} download>
                {t(`formats.${format}`)}
              </a>
            ))}
          </div>
        </CardBody>
      </Card>
      {tasks.length > open.length ? (
        <p className="text-sm">
          <a href={withQuery(path, { ...here, all: choices.isAll ? null : '1' })}>
            {choices.isAll ? t('showOpen') : t('showAll', { count: tasks.length })}
          </a>
        </p>
      ) : null}
    </DomainFrame>
  )
}
