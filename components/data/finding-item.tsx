import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { badgeLevel, isOpen } from '@/components/data/finding-level'
import { FindingAbout } from '@/components/data/finding-about'
import { FindingHistory } from '@/components/data/finding-history'
import { FoundExpectedDo } from '@/components/data/found-expected-do'
import { domainPath, withQuery } from '@/components/data/paths'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SelectField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { ACKNOWLEDGED_AS } from '@/lib/checks/acknowledgement'
import { sideOf } from '@/lib/checks/level'
import { checkedName, subjectBeside, type ListedFinding } from '@/lib/checks/listed'
import { ACKNOWLEDGE_DAYS } from '@/lib/checks/schema'
import { checkWords } from '@/lib/checks/words'
import { toUnicode } from '@/lib/domains/unicode'
import type { FormAction } from '@/lib/http/action-state'

/** What may be done with findings: null where the reader may only look. */
export interface FindingActions {
  again: FormAction<undefined>
  acknowledge: FormAction<undefined>
  reopen: FormAction<undefined>
}

/** Where findings are shown: the page's path, its query, and the finding whose form is open. */
export interface FindingPlace {
  path: string
  query: Record<string, string | undefined>
  acknowledging: string | undefined
}

/** The anchor of a finding on its page. */
export const findingAnchor = (id: string): string => `finding-${id}`

/** Where a finding stands among the others of its domain or of the nodes. */
export const findingPath = ({ scope, id }: ListedFinding): string =>
  `${scope.kind === 'domain' ? domainPath(scope.name, 'tests') : '/nodes'}#${findingAnchor(id)}`

/**
 * One finding that is wrong: its state and since when; found, expected, do this; why it matters and who acts; what the world showed
 * before; the buttons for this one thing. `isOfOneCheck`: among others of the same check, which is named above them, so that
 * each is headed by its domain or node.
 */
export async function FindingItem({
  finding,
  place,
  actions,
  isOfOneCheck = false,
}: {
  finding: ListedFinding
  place: FindingPlace
  actions: FindingActions | null
  isOfOneCheck?: boolean
}) {
  const [t, tChecks] = await Promise.all([getTranslations('findings'), getTranslations('checks')])
  const { id, level, alias, found, expected, since, flappingSince, acknowledged, scope, who } = finding
  const { title, consequence, next } = checkWords(tChecks, finding, checkedName(finding))
  const label = [title, isOfOneCheck ? scope.name : '', alias, subjectBeside(finding)].filter(Boolean).join(', ')
  return (
    <li
      id={findingAnchor(id)}
      className="border-line grid grid-cols-1 gap-x-4 gap-y-1 border-b px-4 py-3 last:border-b-0 sm:grid-cols-[130px_1fr]"
    >
      <div>
        <Badge level={acknowledged ? 'unknown' : badgeLevel(level)}>
          {acknowledged ? t(`as.${acknowledged.as}`) : t(`levels.${level}`)}
        </Badge>
        <div className="text-muted mt-0.5 text-xs">
          <RelativeTime at={since} />
        </div>
      </div>
      <div className="min-w-0">
        <p>
          {isOfOneCheck ? (
            <Link prefetch={false} href={findingPath(finding)} className="text-text font-semibold wrap-anywhere">
              {toUnicode(scope.name)}
            </Link>
          ) : (
            <b className="font-semibold">{sideOf(level) === 'wrong' ? t('notSo', { title }) : title}</b>
          )}{' '}
          <FindingAbout finding={finding} />
        </p>
        <FoundExpectedDo
          found={found.join('\n')}
          expected={expected.join('\n')}
          advice={`${next} ${consequence}`}
          copy={expected.join('\n')}
          name={label}
        />
        {who && !isOfOneCheck ? (
          <p className="text-muted mt-1 text-sm">
            {t('whoLabel')} {t(`who.${who}`)}
          </p>
        ) : null}
        {flappingSince ? (
          <p className="text-muted mt-1 text-sm">
            {t.rich('flapping', { at: () => <RelativeTime at={flappingSince} /> })}
          </p>
        ) : null}
        {acknowledged ? (
          <p className="text-muted mt-1 text-sm wrap-anywhere">
            {t.rich('acknowledged', {
              by: acknowledged.by,
              reason: acknowledged.reason,
              until: () => <AbsoluteTime at={acknowledged.until} />,
            })}
          </p>
        ) : null}
        <FindingHistory changes={finding.changes} />
        {actions ? <Buttons finding={finding} place={place} actions={actions} label={label} /> : null}
      </div>
    </li>
  )
}

async function Buttons({
  finding,
  place,
  actions,
  label,
}: {
  finding: ListedFinding
  place: FindingPlace
  actions: FindingActions
  label: string
}) {
  const t = await getTranslations('findings')
  const { id, acknowledged } = finding
  const from = `${withQuery(place.path, place.query)}#${findingAnchor(id)}`
  const hidden = { id, from }
  if (place.acknowledging === id && isOpen(finding))
    return <AcknowledgeForm finding={finding} action={actions.acknowledge} from={from} />
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      <ActionForm action={actions.again} hidden={hidden} className="contents">
        <SubmitButton variant="plain" size="small" busy={t('checking')}>
          {t('again')} <span className="sr-only">{label}</span>
        </SubmitButton>
      </ActionForm>
      {isOpen(finding) ? (
        <ButtonLink
          size="small"
          variant="quiet"
          href={`${withQuery(place.path, { ...place.query, acknowledge: id })}#${findingAnchor(id)}`}
        >
          {t('acknowledge')} <span className="sr-only">{label}</span>
        </ButtonLink>
      ) : null}
      {acknowledged ? (
        <ActionForm action={actions.reopen} hidden={hidden} className="contents">
          <SubmitButton variant="quiet" size="small" busy={t('reopening')}>
            {t('reopen')} <span className="sr-only">{label}</span>
          </SubmitButton>
        </ActionForm>
      ) : null}
    </div>
  )
}

async function AcknowledgeForm({
  finding,
  action,
  from,
}: {
  finding: ListedFinding
  action: FormAction<undefined>
  from: string
}) {
  const [t, format] = await Promise.all([getTranslations('findings'), getFormatter()])
  return (
    <div className="border-line mt-3 border-t pt-3">
      <ActionForm action={action} hidden={{ id: finding.id, from }}>
        <SelectField
          name="as"
          label={t('asLabel')}
          options={ACKNOWLEDGED_AS.map((as) => ({ value: as, label: t(`asLong.${as}`) }))}
        />
        <TextField name="reason" label={t('reason')} help={t('reasonHelp')} required />
        <SelectField
          name="days"
          label={t('until')}
          defaultValue="30"
          options={ACKNOWLEDGE_DAYS.map((days) => ({
            value: String(days),
            label: format.number(days, { style: 'unit', unit: 'day', unitDisplay: 'long' }),
          }))}
        />
        <div className="flex flex-wrap gap-2">
          <SubmitButton busy={t('acknowledging')}>{t('acknowledge')}</SubmitButton>
          <ButtonLink variant="quiet" href={from}>
            {t('cancel')}
          </ButtonLink>
        </div>
      </ActionForm>
    </div>
  )
}
