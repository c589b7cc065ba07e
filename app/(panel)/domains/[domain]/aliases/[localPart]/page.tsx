import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { removeAliasAction, updateAliasAction } from '@/app/(panel)/domains/[domain]/aliases/actions'
import { AliasFields } from '@/app/(panel)/domains/[domain]/aliases/alias-fields'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { domainPath } from '@/components/data/paths'
import { FormCard } from '@/components/form/form-card'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { requireAlias } from '@/lib/aliases/queries'
import { roleMay } from '@/lib/auth/permissions'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { addressParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string; localPart: string }>
  searchParams: Promise<ReleaseQuery>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: addressParam(await params).address }
}

export default async function AliasPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('alias:read')
  const { domain, localPart, address } = addressParam(await params)
  const [alias, t, query] = await Promise.all([
    orNotFound(requireAlias(actor, domain, localPart)),
    getTranslations('aliases'),
    plainQuery(searchParams),
  ])
  return (
    <DomainFrame
      name={domain}
      actor={actor}
      title={address}
      crumbs={[{ href: domainPath(domain, 'aliases'), label: t('title') }]}
      query={query}
      state={
        alias.disabledAt
          ? { level: 'attention', word: t('disabled'), text: t('disabledText') }
          : { level: 'ok', word: t('active'), text: t('activeText', { count: alias.targets.length }) }
      }
    >
      {roleMay(actor.role, 'alias:write') ? (
        <>
          <FormCard
            title={t('settings')}
            action={updateAliasAction}
            hidden={{ domain, localPart, revision: alias.revision }}
            submit={t('save')}
            busy={t('saving')}
          >
            <AliasFields alias={alias} />
          </FormCard>
          <FormCard
            title={t('remove')}
            intro={t('removeText')}
            action={removeAliasAction}
            hidden={{ domain, localPart }}
            submit={t('remove')}
            busy={t('removing')}
            variant="danger"
          />
        </>
      ) : (
        <Card title={t('settings')}>
          <Facts
            facts={[
              { term: t('targets'), value: alias.targets.join(', ') },
              { term: t('note'), value: alias.note || '–' },
            ]}
          />
        </Card>
      )}
    </DomainFrame>
  )
}
