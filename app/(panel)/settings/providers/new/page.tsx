import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ProviderForm } from '@/app/(panel)/settings/providers/new/provider-form'
import { ServicesTable } from '@/app/(panel)/settings/providers/new/services-table'
import { withQuery } from '@/components/data/paths'
import { PageHeader } from '@/components/layout/page-header'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { findService } from '@/lib/dns/providers/lexicon-services'
import { PROVIDER_KINDS } from '@/lib/dns/schema'
import { requirePageActor } from '@/lib/http/page'
import { plainQuery } from '@/lib/http/query'

interface Props {
  searchParams: Promise<{ kind?: string; service?: string }>
}

const PAGE = '/settings/providers/new'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('providers'))('addTitle') }
}

export default async function NewProviderPage({ searchParams }: Props) {
  await requirePageActor('provider:write')
  const [t, tSettings, query] = await Promise.all([
    getTranslations('providers'),
    getTranslations('settings'),
    plainQuery(searchParams),
  ])
  const kind = PROVIDER_KINDS.find((known) => known === query.kind)
  const service = kind === 'lexicon' ? findService(query.service ?? '') : undefined
  const isChosen = kind !== undefined && (kind !== 'lexicon' || service !== undefined)
  return (
    <>
      <PageHeader
        crumbs={[{ href: '/settings', label: tSettings('title') }]}
        title={t('addTitle')}
        text={isChosen ? t('addText') : t('chooseText')}
      />
      <Card title={t('kind')}>
        <ul>
          {PROVIDER_KINDS.map((known) => (
            <li
              key={known}
              className="border-line flex flex-wrap items-center justify-between gap-3 border-t px-4 py-3 first:border-t-0"
            >
              <div className="min-w-0">
                <b className="font-[550]">{t(`kinds.${known}`)}</b>
                <p className="text-muted max-w-prose text-sm">{t(`kindText.${known}`)}</p>
              </div>
              <ButtonLink
                href={withQuery(PAGE, { kind: known })}
                aria-current={known === kind ? 'true' : undefined}
                variant={known === kind ? 'primary' : 'plain'}
              >
                {t('choose')} <span className="sr-only">{t(`kinds.${known}`)}</span>
              </ButtonLink>
            </li>
          ))}
        </ul>
      </Card>
      {kind === 'lexicon' && !service ? <ServicesTable page={PAGE} /> : null}
      {isChosen ? <ProviderForm kind={kind} service={service} /> : null}
    </>
  )
}
