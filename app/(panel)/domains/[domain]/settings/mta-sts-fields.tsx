import { getTranslations } from 'next-intl/server'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { SelectField, TextField } from '@/components/form/field'
import { FieldSet } from '@/components/form/field-set'
import { MTA_STS_MODES, type DnsPolicy } from '@/lib/dns/policy'

const DAY_SECONDS = 86_400

/** The mode of MTA-STS with what each does to mail, and how long senders hold a policy (RFC 8461). */
export async function MtaStsFields({ mtaSts }: { mtaSts: DnsPolicy['mtaSts'] }) {
  const t = await getTranslations('dnsPolicy')
  const heldUntil = mtaSts.heldUntil === '' ? null : new Date(mtaSts.heldUntil)
  return (
    <FieldSet legend={t('mtaSts')}>
      <SelectField
        name="mtaStsMode"
        label={t('mtaStsMode')}
        help={
          <ul className="list-disc pl-5">
            {MTA_STS_MODES.map((mode) => (
              <li key={mode}>{t(`mtaStsMeans.${mode}`)}</li>
            ))}
          </ul>
        }
        defaultValue={mtaSts.mode}
        options={MTA_STS_MODES.map((value) => ({ value, label: t(`mtaStsModes.${value}`) }))}
      />
      {mtaSts.changedAt === '' ? null : (
        <p className="text-muted text-sm">
          {t.rich('mtaStsSince', { at: () => <RelativeTime at={new Date(mtaSts.changedAt)} /> })}{' '}
          {heldUntil && heldUntil > new Date() ? (
            <b className="text-text font-semibold">
              {t.rich('mtaStsHeld', { at: () => <AbsoluteTime at={heldUntil} /> })}
            </b>
          ) : null}
        </p>
      )}
      <TextField
        name="mtaStsDays"
        label={t('mtaStsDays')}
        help={t('mtaStsDaysHelp')}
        after={t('days')}
        inputMode="numeric"
        defaultValue={String(Math.round(mtaSts.maxAgeSeconds / DAY_SECONDS))}
      />
    </FieldSet>
  )
}
