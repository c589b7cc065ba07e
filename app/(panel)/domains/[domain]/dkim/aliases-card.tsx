import { getTranslations } from 'next-intl/server'
import { Exact } from '@/components/data/exact'
import { recordLevel } from '@/components/data/record-state'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { SlotAlias } from '@/lib/dkim/queries'

/** The names in a domain's own zone that lead to its keys in ours, to be added once. */
export async function AliasesCard({ aliases }: { aliases: readonly SlotAlias[] }) {
  const [t, tDns] = await Promise.all([getTranslations('dkim'), getTranslations('dns')])
  return (
    <Card title={t('aliases')} aside={t('aliasesText')}>
      <Table label={t('aliases')} folds>
        <thead>
          <tr>
            <th className="w-[150px]">{t('aliasState')}</th>
            <th>{t('aliasName')}</th>
            <th>{t('aliasTarget')}</th>
          </tr>
        </thead>
        <tbody>
          {aliases.map(({ name, target, record }) => (
            <tr key={name}>
              <td>
                {record ? (
                  <Badge level={recordLevel(record)}>{tDns(`states.${record.observation?.state ?? 'unasked'}`)}</Badge>
                ) : null}
              </td>
              <td className="max-wide:w-full">
                <Exact text={name} name={name} />
              </td>
              <td className="max-wide:w-full">
                <Exact text={target} name={`${name} CNAME`} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
