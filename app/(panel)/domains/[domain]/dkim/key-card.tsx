import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { dropKeyAction } from '@/app/(panel)/domains/[domain]/dkim/actions'
import { Exact } from '@/components/data/exact'
import { domainPath } from '@/components/data/paths'
import { recordLevel } from '@/components/data/record-state'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { Card, CardBody } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import type { Level } from '@/components/ui/level'
import { Steps } from '@/components/ui/steps'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import type { ListedKey } from '@/lib/dkim/queries'

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
const UNUSED: readonly DkimKeyState[] = ['requested', 'generated', 'published']

/** A spare that has been in DNS for long enough: it waits for nothing but an emergency. */
export const isReady = (key: ListedKey): boolean => key.isSpare && key.waiting?.for === 'emergency'

/** One key: its state, where it is in its life and what it waits for, and its record. `byHand`: somebody has to type that in. */
export async function KeyCard({
  domain,
  listed: key,
  byHand,
  mayWrite,
}: {
  domain: string
  listed: ListedKey
  byHand: boolean
  mayWrite: boolean
}) {
  const [t, tDns] = await Promise.all([getTranslations('dkim'), getTranslations('dns')])
  const at = LIFE.indexOf(key.state as (typeof LIFE)[number])
  const isToAdd = byHand && !key.isDelegated && key.state === 'generated' && key.waiting?.for === 'record'
  // What only has to stay where it is needs no copying.
  const isSettled = key.state === 'retiring' && key.record?.observation?.state === 'ok'
  const marks: [is: boolean, level: Level, word: string][] = [
    [key.isSpare, 'unknown', t('spare')],
    [key.compromisedAt !== null, 'broken', t('compromised')],
    [key.flags.includes('y'), 'attention', t('testMode')],
    [key.flags.includes('s'), 'unknown', t('strict')],
    [key.isDelegated, 'unknown', t('delegated')],
    [key.isImported, 'unknown', t('imported')],
  ]
  return (
    <Card
      title={<span className="font-mono text-[14px]">{key.selector}</span>}
      aside={
        <>
          {marks.map(([is, level, word]) =>
            is ? (
              <Badge key={word} level={level} plain={level === 'unknown'}>
                {word}
              </Badge>
            ) : null,
          )}
          <Badge level={isReady(key) ? 'ok' : LEVEL[key.state]}>{t(`states.${key.state}`)}</Badge>
          <RelativeTime at={key.since} />
        </>
      }
    >
      {key.state === 'active' || isReady(key) ? null : (
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
                      <Link prefetch={false} href={domainPath(domain, 'dns')}>
                        {t('toDns')}
                      </Link>
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      {key.record && !isSettled ? (
        <CardBody>
          {isToAdd ? <p className="mb-2 font-[550]">{t('addRecord')}</p> : null}
          <p className="text-muted mb-1 text-sm">
            {t('recordName')} <span className="exact">{key.record.name}</span> TXT
          </p>
          <Exact text={key.record.value} name={key.record.name} />
        </CardBody>
      ) : null}
      {mayWrite && UNUSED.includes(key.state) ? (
        <CardBody>
          <ActionForm action={dropKeyAction} hidden={{ domain, key: key.id }} className="contents">
            <SubmitButton variant="plain" size="small" busy={t('dropping')}>
              {t('drop')} <span className="sr-only">{key.selector}</span>
            </SubmitButton>
          </ActionForm>
        </CardBody>
      ) : null}
    </Card>
  )
}
