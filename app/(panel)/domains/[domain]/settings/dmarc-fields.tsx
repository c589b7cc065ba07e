import { getTranslations } from 'next-intl/server'
import { CheckboxField, SelectField, TextAreaField } from '@/components/form/field'
import { FieldSet } from '@/components/form/field-set'
import { ALIGNMENTS, DMARC_POLICIES, type DnsPolicy } from '@/lib/dns/policy'

interface Props {
  dmarc: DnsPolicy['dmarc']
  /** Addresses as they are typed, one a line. */
  rua: string
  ruf: string
}

const FAILURES = [
  ['', 'default'],
  ['1', '1'],
  ['d', 'd'],
  ['s', 's'],
  ['1:d:s', 'all'],
] as const

/** The tags of a DMARC record (RFC 9989 §4.7) as choices. */
export async function DmarcFields({ dmarc, rua, ruf }: Props) {
  const t = await getTranslations('dnsPolicy')
  const policies = DMARC_POLICIES.map((value) => ({ value, label: t(`policies.${value}`) }))
  const alignments = ALIGNMENTS.map((value) => ({ value, label: t(`alignments.${value}`) }))
  const failures: { value: string; label: string }[] = FAILURES.map(([value, key]) => ({
    value,
    label: t(`fos.${key}`),
  }))
  const fo = dmarc.fo ?? ''
  return (
    <FieldSet legend={t('dmarc')}>
      <SelectField name="p" label={t('p')} help={t('pHelp')} defaultValue={dmarc.p} options={policies} />
      <SelectField
        name="sp"
        label={t('sp')}
        defaultValue={dmarc.sp ?? ''}
        options={[{ value: '', label: t('policies.asDomain') }, ...policies]}
      />
      <SelectField
        name="np"
        label={t('np')}
        defaultValue={dmarc.np ?? ''}
        options={[{ value: '', label: t('policies.asSubdomains') }, ...policies]}
      />
      <CheckboxField name="t" label={t('t')} defaultChecked={dmarc.t} />
      <TextAreaField name="rua" label={t('rua')} help={t('ruaHelp')} rows={2} defaultValue={rua} />
      <TextAreaField name="ruf" label={t('ruf')} help={t('rufHelp')} rows={2} defaultValue={ruf} />
      <SelectField
        name="fo"
        label={t('fo')}
        defaultValue={fo}
        options={failures.some(({ value }) => value === fo) ? failures : [...failures, { value: fo, label: fo }]}
      />
      <SelectField name="adkim" label={t('adkim')} defaultValue={dmarc.adkim} options={alignments} />
      <SelectField name="aspf" label={t('aspf')} defaultValue={dmarc.aspf} options={alignments} />
      <SelectField
        name="psd"
        label={t('psd')}
        defaultValue={dmarc.psd ?? ''}
        options={[
          { value: '', label: t('psds.default') },
          { value: 'n', label: t('psds.n') },
          { value: 'y', label: t('psds.y') },
        ]}
      />
    </FieldSet>
  )
}
