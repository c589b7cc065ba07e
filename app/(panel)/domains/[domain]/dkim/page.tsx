import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { rotateKeyAction } from '@/app/(panel)/domains/[domain]/dkim/actions'
import { domainPath } from '@/components/data/paths'
import { Exact } from '@/components/data/exact'
import { recordLevel } from '@/components/data/record-state'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { Card, CardBody } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import { Steps } from '@/components/ui/steps'
import { roleMay } from '@/lib/auth/permissions'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import { listDkimKeys } from '@/lib/dkim/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery>
}

const LEVEL: Record<DkimKeyState, Level> = {
  active: 'ok',
  published: 'waiting',
  generated: 'waiting',
  requested: 'waiting',
  retiring: 'unknown',
  revoked: 'unknown',
  removed: 'unknown',
}

/** The life of a key, in order; `revoked` stands for all that comes after signing. */
const LIFE = ['requested', 'generated', 'published', 'active', 'retiring', 'revoked'] as const
const UNDER_WAY: readonly DkimKeyState[] = ['requested', 'generated', 'published']

export const generateMetadata = domainPageTitle('dkim')

export default async function DkimPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('dkim:read')
  const name = domainParam((await params).domain)
  const [keys, t, tDns, query] = await Promise.all([
    orNotFound(listDkimKeys(actor, name)),
    getTranslations('dkim'),
    getTranslations('dns'),
    plainQuery(searchParams),
  ])
  const active = keys.find((key) => key.state === 'active')
  const coming = keys.find((key) => UNDER_WAY.includes(key.state))
  const shown = keys.filter((key) => key.state !== 'removed')
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={query}
      state={
        active
          ? { level: 'ok', word: t('signing'), text: t('signingText', { selector: active.selector }) }
          : coming
            ? { level: 'waiting', word: t('unsigned'), text: t('comingText', { selector: coming.selector }) }
            : { level: 'attention', word: t('unsigned'), text: t('unsignedText') }
      }
      actions={
        roleMay(actor.role, 'dkim:write') && !coming ? (
          <ActionForm action={rotateKeyAction} hidden={{ domain: name }} className="contents">
            <SubmitButton busy={t('rotating')}>{active ? t('rotate') : t('make')}</SubmitButton>
          </ActionForm>
        ) : null
      }
    >
      {shown.length === 0 ? (
        <Card title={t('keys')}>
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        </Card>
      ) : null}
      {shown.map((key) => {
        const at = LIFE.indexOf(key.state as (typeof LIFE)[number])
        return (
          <Card
            key={key.id}
            title={<span className="font-mono text-[14px]">{key.selector}</span>}
            aside={
              <>
                <Badge level={LEVEL[key.state]}>{t(`states.${key.state}`)}</Badge>
                <RelativeTime at={key.since} />
              </>
            }
          >
            {key.state === 'active' ? null : (
              <Steps
                steps={LIFE.map((state, index) => ({
                  title: t(`states.${state}`),
                  note: index === at && key.waiting ? t(`waiting.${key.waiting.for}`) : '',
                  state: index < at ? 'done' : index === at ? 'now' : 'later',
                  word: t(`stepWord.${index < at ? 'done' : index === at ? 'now' : 'later'}`),
                }))}
              />
            )}
            <Facts
              facts={[
                { term: t('algorithm'), value: `${key.algorithm}, ${key.bits} ${t('bits')}` },
                ...(key.waiting?.until ? [{ term: t('until'), value: <AbsoluteTime at={key.waiting.until} /> }] : []),
                ...(key.activatedAt ? [{ term: t('signsSince'), value: <RelativeTime at={key.activatedAt} /> }] : []),
                ...(key.record
                  ? [
                      {
                        term: t('inDns'),
                        value: (
                          <>
                            <Badge level={recordLevel(key.record)}>
                              {tDns(`states.${key.record.observation?.state ?? 'unasked'}`)}
                            </Badge>{' '}
                            <Link prefetch={false} href={domainPath(name, 'dns')}>
                              {t('toDns')}
                            </Link>
                          </>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
            {key.record ? (
              <CardBody>
                <p className="text-muted mb-1 text-sm">
                  {t('recordName')} <span className="exact">{key.name}</span> TXT
                </p>
                <Exact text={key.record.value} name={key.name} />
              </CardBody>
            ) : null}
          </Card>
        )
      })}
    </DomainFrame>
  )
}
