import { getTranslations } from 'next-intl/server'
import { updateDnsPolicyAction } from '@/app/(panel)/domains/[domain]/settings/actions'
import { DmarcFields } from '@/app/(panel)/domains/[domain]/settings/dmarc-fields'
import { MtaStsFields } from '@/app/(panel)/domains/[domain]/settings/mta-sts-fields'
import { CheckboxField, SelectField, TextAreaField, TextField } from '@/components/form/field'
import { FieldSet } from '@/components/form/field-set'
import { FormCard } from '@/components/form/form-card'
import type { DnsPolicy } from '@/lib/dns/policy'

interface Props {
  domain: { name: string; revision: number; mailboxCount: number; aliasCount: number; policy: DnsPolicy }
}

/** Addresses as people type them. */
function typedUris(uris: readonly string[] | null): string {
  return (uris ?? []).map((uri) => uri.replace(/^mailto:/, '')).join('\n')
}

/** What a domain wants of DNS, each choice with its consequence. */
export async function DnsPolicyForm({ domain: { name, revision, mailboxCount, aliasCount, policy } }: Props) {
  const t = await getTranslations('dnsPolicy')
  return (
    <FormCard
      title={t('title')}
      intro={t('intro')}
      action={updateDnsPolicyAction}
      hidden={{ domain: name, revision }}
      submit={t('save')}
      busy={t('saving')}
    >
      <FieldSet legend={t('mail')}>
        <SelectField
          name="mx"
          label={t('mx')}
          help={t('mxHelp')}
          defaultValue={policy.mx}
          options={(['here', 'later'] as const).map((value) => ({ value, label: t(`mxs.${value}`) }))}
        />
        <SelectField
          name="spfAll"
          label={t('spfAll')}
          help={t('spfAllHelp')}
          defaultValue={policy.spfAll}
          options={[
            { value: '~', label: t('spfAlls.doubted') },
            { value: '-', label: t('spfAlls.refused') },
          ]}
        />
      </FieldSet>
      <DmarcFields dmarc={policy.dmarc} rua={typedUris(policy.dmarc.rua)} ruf={typedUris(policy.dmarc.ruf)} />
      <MtaStsFields mtaSts={policy.mtaSts} />
      <FieldSet legend={t('reports')}>
        <CheckboxField name="tlsRpt" label={t('tlsRpt')} defaultChecked={policy.tlsRpt?.length !== 0} />
        <TextAreaField
          name="tlsRptUris"
          label={t('tlsRptUris')}
          help={t('tlsRptUrisHelp')}
          rows={2}
          defaultValue={typedUris(policy.tlsRpt)}
        />
      </FieldSet>
      <FieldSet legend={t('programs')}>
        <CheckboxField name="clients" label={t('clients')} defaultChecked={policy.clients} />
        <CheckboxField name="dane" label={t('dane')} defaultChecked={policy.dane} />
      </FieldSet>
      <FieldSet legend={t('certificates')}>
        <TextAreaField name="caa" label={t('caa')} help={t('caaHelp')} rows={2} defaultValue={policy.caa.join('\n')} />
        <TextField
          name="bimiLogo"
          label={t('bimiLogo')}
          help={t('bimiLogoHelp')}
          defaultValue={policy.bimi?.logo ?? ''}
          inputMode="url"
          isMono
        />
        <TextField
          name="bimiCertificate"
          label={t('bimiCertificate')}
          help={t('bimiCertificateHelp')}
          defaultValue={policy.bimi?.certificate ?? ''}
          inputMode="url"
          isMono
        />
      </FieldSet>
      <FieldSet legend={t('parked')}>
        <CheckboxField
          name="isParked"
          label={t('isParked')}
          help={t('isParkedHelp', { name, mailboxes: mailboxCount, aliases: aliasCount })}
          defaultChecked={policy.isParked}
        />
        {policy.isParked ? null : (
          <TextField name="confirmation" label={t('parkConfirm', { name })} autoComplete="off" isMono />
        )}
      </FieldSet>
    </FormCard>
  )
}
