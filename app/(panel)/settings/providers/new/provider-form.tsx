import { getTranslations } from 'next-intl/server'
import { addProviderAction } from '@/app/(panel)/settings/providers/actions'
import { SelectField, TextField } from '@/components/form/field'
import { FormCard } from '@/components/form/form-card'
import { NoticeLine } from '@/components/ui/notice'
import type { LexiconService } from '@/lib/dns/providers/lexicon-services'
import { TSIG_ALGORITHMS, type ProviderKind } from '@/lib/dns/schema'

/** Of what lexicon asks for, names and places are no secrets. */
const OPEN = /user|server|endpoint|entrypoint|region|zone|_id$|group|view|host|sandbox|private_zone|subid|port|weight/

async function Rfc2136Fields() {
  const t = await getTranslations('providers')
  return (
    <>
      <TextField name="server" label={t('server')} help={t('serverHelp')} placeholder="192.0.2.53" isMono required />
      <TextField name="port" label={t('port')} defaultValue="53" inputMode="numeric" required />
      <TextField name="keyName" label={t('keyName')} isMono autoComplete="off" required />
      <SelectField
        name="algorithm"
        label={t('algorithm')}
        options={TSIG_ALGORITHMS.map((value) => ({ value, label: value }))}
        defaultValue="hmac-sha256"
      />
      <TextField
        name="secret"
        label={t('secret')}
        help={t('secretHelp')}
        type="password"
        autoComplete="new-password"
        required
      />
    </>
  )
}

async function PowerdnsFields() {
  const t = await getTranslations('providers')
  return (
    <>
      <TextField
        name="url"
        label={t('url')}
        help={t('urlHelp')}
        placeholder="https://dns.example.org:8081"
        isMono
        required
      />
      <TextField name="serverId" label={t('serverId')} defaultValue="localhost" isMono required />
      <TextField
        name="secret"
        label={t('apiKey')}
        help={t('apiKeyHelp')}
        type="password"
        autoComplete="new-password"
        required
      />
    </>
  )
}

function LexiconFields({ service }: { service: LexiconService }) {
  return service.options.map(({ option, help }) => (
    <TextField
      key={option}
      name={`credential_${option}`}
      label={option.replaceAll('_', '-')}
      // lexicon's own words, as its documentation has them.
      help={<span lang="en">{help}</span>}
      type={OPEN.test(option) ? 'text' : 'password'}
      autoComplete="new-password"
      isMono
    />
  ))
}

/** What a provider of one kind needs. Its credential is sealed to the worker when it is sent, and never comes back. */
export async function ProviderForm({ kind, service }: { kind: ProviderKind; service?: LexiconService }) {
  const t = await getTranslations('providers')
  return (
    <>
      {service && !service.isTried ? (
        <NoticeLine
          notice={{ level: 'unknown', word: t('isUntested'), text: t('untestedText', { service: service.title }) }}
        />
      ) : null}
      <FormCard
        title={service?.title ?? t(`kinds.${kind}`)}
        intro={t(`formText.${kind}`)}
        action={addProviderAction}
        hidden={{ kind, ...(service && { service: service.id }) }}
        submit={t('submit')}
        busy={t('adding')}
      >
        <TextField name="name" label={t('name')} help={t('nameHelp')} defaultValue={service?.title ?? ''} required />
        {kind === 'rfc2136' ? <Rfc2136Fields /> : null}
        {kind === 'powerdns' ? <PowerdnsFields /> : null}
        {service ? <LexiconFields service={service} /> : null}
        <TextField name="zone" label={t('zone')} help={t('zoneHelp')} isMono />
        <TextField
          name="ttlSeconds"
          label={t('ttl')}
          after={t('seconds')}
          inputMode="numeric"
          defaultValue="3600"
          required
        />
        <TextField name="tryDomain" label={t('tryDomain')} help={t('tryDomainHelp')} isMono />
      </FormCard>
    </>
  )
}
