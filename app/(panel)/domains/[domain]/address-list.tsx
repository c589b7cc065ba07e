import { getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import type { ReleaseQuery } from '@/app/(panel)/release-line'
import { domainPath } from '@/components/data/paths'
import { SearchedList, type ListQuery } from '@/components/data/searched-list'
import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { Table } from '@/components/ui/table'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'

export type AddressListQuery = ReleaseQuery & ListQuery

const WRITE = { mailboxes: 'mailbox:write', aliases: 'alias:write' } as const

/** The page of a domain's mailboxes or aliases around the rows of their table: the first line, the search, the way to a new one. */
export async function AddressList({
  kind,
  name,
  actor,
  query,
  text,
  total,
  shown,
  next,
  children,
}: {
  /** The page's path below the domain's, and the namespace of its sentences. */
  kind: keyof typeof WRITE
  /** The domain. */
  name: string
  actor: Actor
  query: AddressListQuery
  text: string
  /** Addresses of the domain, and on this page. */
  total: number
  shown: number
  /** The key after which the next page begins; null on the last one. */
  next: string | null
  children: React.ReactNode
}) {
  const t = await getTranslations(kind)
  const path = domainPath(name, kind)
  const create = roleMay(actor.role, WRITE[kind]) ? (
    <ButtonLink href={`${path}/new`} variant="primary">
      {t('create')}
    </ButtonLink>
  ) : null
  return (
    <DomainFrame name={name} actor={actor} query={query} text={text} actions={create}>
      <SearchedList
        path={path}
        query={query}
        title={t('title')}
        search={t('search')}
        total={total}
        shown={shown}
        next={next}
        empty={
          <Empty title={t('emptyTitle')} action={create}>
            {t('emptyText')}
          </Empty>
        }
      >
        <Table label={t('title')} folds>
          {children}
        </Table>
      </SearchedList>
    </DomainFrame>
  )
}
