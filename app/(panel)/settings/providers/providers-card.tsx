import { getTranslations } from 'next-intl/server'
import { removeProviderAction, tryProviderAction } from '@/app/(panel)/settings/providers/actions'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SelectField, TextField } from '@/components/form/field'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import type { ProviderTry } from '@/lib/dns/provider-try'
import { findService } from '@/lib/dns/providers/lexicon-services'
import type { listProviders } from '@/lib/dns/queries'

type Provider = Awaited<ReturnType<typeof listProviders>>[number]

const TRY_LEVEL: Record<ProviderTry['status'], Level> = { ok: 'ok', refused: 'broken', temperror: 'unknown' }

/** Where it is: a server, the address of an API, a service. */
function placeOf({ config }: Provider): string {
  switch (config.kind) {
    case 'rfc2136':
      return `${config.server.address} ${config.server.port}`
    case 'powerdns':
      return config.url
    case 'lexicon':
      return findService(config.service)?.title ?? config.service
  }
}

async function LastTry({ last }: { last: ProviderTry | null }) {
  const t = await getTranslations('providers')
  if (!last) return <Badge level="unknown">{t('untried')}</Badge>
  return (
    <>
      <Badge level={TRY_LEVEL[last.status]}>{t(`try.${last.status}`)}</Badge>{' '}
      <span className="text-muted text-xs">
        <RelativeTime at={new Date(last.at)} />
      </span>
      <p className="text-muted text-sm wrap-anywhere">
        {last.status === 'ok' ? t('zones', { zones: last.zones.join(', ') }) : `${last.domain}: ${last.words}`}
      </p>
    </>
  )
}

/** Tries one of the providers; the one that was not tried yet is offered first. */
async function TryForm({ providers }: { providers: Provider[] }) {
  const t = await getTranslations('providers')
  const next = providers.find(({ lastTry }) => lastTry === null) ?? providers[0]
  return (
    <div className="border-line border-t px-4 py-3.5">
      <ActionForm action={tryProviderAction}>
        <SelectField
          name="provider"
          label={t('tryProvider')}
          options={providers.map(({ name }) => ({ value: name, label: name }))}
          defaultValue={next?.name}
        />
        <TextField
          name="domain"
          label={t('tryDomain')}
          help={t('tryDomainHelp')}
          defaultValue={next?.lastTry?.domain ?? next?.firstDomain ?? ''}
          isMono
          required
        />
        <div>
          <SubmitButton variant="plain" busy={t('trying')}>
            {t('tryIt')}
          </SubmitButton>
        </div>
      </ActionForm>
    </div>
  )
}

/** The places where records are published, how the last attempt at each went, and what may be done with it. */
export async function ProvidersCard({ providers, mayWrite }: { providers: Provider[]; mayWrite: boolean }) {
  const t = await getTranslations('providers')
  return (
    <div id="providers">
      <Card
        title={t('title')}
        aside={
          mayWrite ? (
            <ButtonLink size="small" href="/settings/providers/new">
              {t('add')}
            </ButtonLink>
          ) : null
        }
      >
        {providers.length === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
        ) : (
          <Table label={t('title')} folds>
            <thead>
              <tr>
                <th>{t('name')}</th>
                <th>{t('kind')}</th>
                <th>{t('lastTry')}</th>
                {mayWrite ? (
                  <th>
                    <span className="sr-only">{t('action')}</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {providers.map((provider) => (
                <tr key={provider.id}>
                  <td>
                    <b className="font-[550]">{provider.name}</b>
                    <div className="text-muted text-sm">{t('domains', { count: provider.domainCount })}</div>
                  </td>
                  <td>
                    {t(`kinds.${provider.config.kind}`)}
                    <div className="exact text-muted wrap-anywhere">{placeOf(provider)}</div>
                  </td>
                  <td data-label={t('lastTry')}>
                    <LastTry last={provider.lastTry} />
                  </td>
                  {mayWrite ? (
                    <td className="text-right">
                      <ActionForm action={removeProviderAction} hidden={{ name: provider.name }} className="inline">
                        <SubmitButton variant="danger" size="small" busy={t('removing')}>
                          {t('remove')} <span className="sr-only">{provider.name}</span>
                        </SubmitButton>
                      </ActionForm>
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        {mayWrite && providers.length > 0 ? <TryForm providers={providers} /> : null}
      </Card>
    </div>
  )
}
