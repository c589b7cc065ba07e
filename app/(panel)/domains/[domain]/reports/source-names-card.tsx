import { getTranslations } from 'next-intl/server'
import { removeSourceNameAction } from '@/app/(panel)/domains/[domain]/reports/actions'
import { ActorName } from '@/components/data/actor-name'
import { RelativeTime } from '@/components/data/time'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { listSourceNames } from '@/lib/dmarc/sources/queries'

interface Props {
  domain: string
  names: Awaited<ReturnType<typeof listSourceNames>>
  /** Whether the reader may take names away. */
  mayWrite: boolean
}

/** The names that administrators gave to those that send, each to be taken away again. */
export async function SourceNamesCard({ domain, names, mayWrite }: Props) {
  const t = await getTranslations('domainReports')
  if (names.length === 0) return null
  return (
    <Card title={t('names')} aside={t('namesText')}>
      <Table label={t('names')} folds>
        <thead>
          <tr>
            <th>{t('name')}</th>
            <th>{t('match')}</th>
            <th>{t('isOurs')}</th>
            <th>{t('by')}</th>
            {mayWrite ? <th>{t('action')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {names.map(({ id, name, match, isOurs, createdAt, createdBy }) => (
            <tr key={id}>
              <th scope="row" className="wrap-anywhere">
                {name}
              </th>
              <td className="exact wrap-anywhere" data-label={t('match')}>
                {match}
              </td>
              <td data-label={t('isOurs')}>{t(isOurs ? 'ours.yes' : 'ours.no')}</td>
              <td data-label={t('by')}>
                <ActorName name={createdBy} /> <RelativeTime at={createdAt} />
              </td>
              {mayWrite ? (
                <td data-label={t('action')}>
                  <ActionForm action={removeSourceNameAction} hidden={{ domain, id }}>
                    <SubmitButton variant="plain" size="small" busy={t('removing')}>
                      {t('remove')}
                      <span className="sr-only"> {match}</span>
                    </SubmitButton>
                  </ActionForm>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
