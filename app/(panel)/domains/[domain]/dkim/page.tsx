import { getFormatter, getTranslations } from 'next-intl/server'
import { findingActions } from '@/app/(panel)/checks/finding-actions'
import { rotateKeyAction } from '@/app/(panel)/domains/[domain]/dkim/actions'
import { AliasesCard } from '@/app/(panel)/domains/[domain]/dkim/aliases-card'
import { isReady, KeyCard } from '@/app/(panel)/domains/[domain]/dkim/key-card'
import {
  EmergencyForm,
  ImportKeyForm,
  KeySettingsForm,
  NewKeyForm,
} from '@/app/(panel)/domains/[domain]/dkim/key-forms'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { FindingList } from '@/components/data/finding-list'
import { domainPath } from '@/components/data/paths'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import type { PageState } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { listDomainFindings } from '@/lib/checks/queries'
import { getKeySettings, listDkimKeys, type KeySettings, type ListedKey } from '@/lib/dkim/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<ReleaseQuery & { acknowledge?: string }>
}

export const generateMetadata = domainPageTitle('dkim')

const isComing = ({ isSpare, state }: ListedKey): boolean =>
  !isSpare && ['requested', 'generated', 'published'].includes(state)

/** The page's first line: what signs, what comes next, and whether somebody has to do something for it. */
async function stateOf(keys: readonly ListedKey[], settings: KeySettings): Promise<PageState> {
  const [t, format] = await Promise.all([getTranslations('dkim'), getFormatter()])
  const names = (list: readonly ListedKey[]) => format.list(list.map((key) => key.selector))
  const active = keys.filter((key) => key.state === 'active')
  const coming = keys.filter(isComing)
  const waiting = coming.filter((key) => key.waiting?.for === 'record')
  const toAdd = waiting.filter((key) => !key.isDelegated && !settings.isPublished)
  const { nextRotationAt, aliases } = settings
  const isThere = (name: string) =>
    aliases.some((alias) => alias.name === name && alias.record?.observation?.state === 'ok')
  const toAlias = waiting.filter((key) => key.isDelegated && !isThere(key.name))
  const first =
    active.length > 0
      ? t('signingText', { selector: names(active) })
      : coming.length > 0
        ? t('comingText', { selector: names(coming) })
        : t('unsignedText')
  if (toAdd.length > 0)
    return {
      level: 'attention',
      word: t('waitsWord'),
      text: `${first} ${t('recordWaitsText', { selector: names(toAdd) })}`,
    }
  if (toAlias.length > 0)
    return {
      level: 'attention',
      word: t('waitsWord'),
      text: `${first} ${t('aliasWaitsText', { selector: names(toAlias) })}`,
    }
  if (active.length === 0)
    return { level: coming.length > 0 ? 'waiting' : 'attention', word: t('unsigned'), text: first }
  const next = nextRotationAt
    ? t('nextText', { date: format.dateTime(nextRotationAt, { dateStyle: 'long' }) })
    : settings.keyRotationDays === null
      ? t('byHandText')
      : ''
  return { level: 'ok', word: t('signing'), text: [first, next].filter(Boolean).join(' ') }
}

export default async function DkimPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('dkim:read')
  const name = domainParam((await params).domain)
  const [keys, settings, { findings }, t, query] = await Promise.all([
    orNotFound(listDkimKeys(actor, name)),
    orNotFound(getKeySettings(actor, name)),
    orNotFound(listDomainFindings(actor, name)),
    getTranslations('dkim'),
    plainQuery(searchParams),
  ])
  const active = keys.filter((key) => key.state === 'active')
  const shown = keys.filter((key) => key.state !== 'removed')
  const mayWrite = roleMay(actor.role, 'dkim:write')
  const checks = findings.filter(({ check }) => check.startsWith('dkim.'))
  const { acknowledge, ...rest } = query
  return (
    <DomainFrame
      name={name}
      actor={actor}
      query={rest}
      state={await stateOf(keys, settings)}
      actions={
        mayWrite && !keys.some(isComing) ? (
          <ActionForm action={rotateKeyAction} hidden={{ domain: name }} className="contents">
            <SubmitButton busy={t('rotating')}>{active.length > 0 ? t('rotate') : t('make')}</SubmitButton>
          </ActionForm>
        ) : null
      }
    >
      {shown.length === 0 ? (
        <Card title={t('keys')}>
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        </Card>
      ) : null}
      {shown.map((key) => (
        <KeyCard key={key.id} domain={name} listed={key} byHand={!settings.isPublished} mayWrite={mayWrite} />
      ))}
      {checks.length > 0 ? (
        <Card title={t('state')}>
          <FindingList
            findings={checks}
            place={{ path: domainPath(name, 'dkim'), query: {}, acknowledging: acknowledge }}
            actions={findingActions(actor)}
          />
        </Card>
      ) : null}
      {settings.isDelegated || settings.aliases.some(({ record }) => record) ? (
        <AliasesCard aliases={settings.aliases} />
      ) : null}
      {mayWrite ? (
        <>
          {keys.some(isReady) ? <EmergencyForm domain={name} /> : null}
          <KeySettingsForm domain={name} settings={settings} />
          {keys.some(isComing) ? null : (
            <>
              <NewKeyForm
                domain={name}
                isStrict={active.some((key) => key.flags.includes('s'))}
                hasActive={active.length > 0}
              />
              <ImportKeyForm domain={name} />
            </>
          )}
        </>
      ) : null}
    </DomainFrame>
  )
}
