import { getTranslations } from 'next-intl/server'
import type { Choices } from '@/app/(panel)/domains/[domain]/dns/by-hand/choices'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy'
import { Table } from '@/components/ui/table'
import { genericFields } from '@/lib/dns/by-hand/generic'
import type { FilledForm } from '@/lib/dns/by-hand/hand-record'
import type { HandTask } from '@/lib/dns/by-hand/of-listed'
import { ovhForm } from '@/lib/dns/by-hand/ovh'

function formOf({ record }: HandTask, { host, style }: Choices): FilledForm {
  return host === 'ovh' ? ovhForm(record) : { entry: record.type, fields: genericFields(record, style) }
}

/** One record: what to do with it, and each field of the form with exactly what belongs into it. */
export async function HandTaskItem({ task, choices }: { task: HandTask; choices: Choices }) {
  const [t, tDns, tCheck] = await Promise.all([
    getTranslations('byHand'),
    getTranslations('dns'),
    getTranslations('check'),
  ])
  const { listed, record, work } = task
  const { entry, fields } = formOf(task, choices)
  const title = `${record.name} ${record.type}`
  const host = choices.host === 'ovh' ? 'ovh' : 'generic'
  return (
    <Card
      title={
        <>
          {tDns(`purposes.${listed.purpose}`)}{' '}
          <span className="exact text-muted font-normal wrap-anywhere">{title}</span>
        </>
      }
      aside={<Badge level={work === 'none' ? 'ok' : 'attention'}>{t(`work.${work}`)}</Badge>}
    >
      <p className="text-muted border-line border-b px-4 py-2.5 text-sm">
        {t(`workText.${work}`, { entry, zone: record.zone })}
        {listed.isOutside ? ` ${t('outside', { zone: record.zone })}` : ''}
      </p>
      <Table label={title} folds>
        <thead className="sr-only">
          <tr>
            <th>{t('field')}</th>
            <th>{t('content')}</th>
            <th>{tCheck('copy')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ label, value, isChoice }) => (
            <tr key={label}>
              <td className="text-muted wide:min-w-[300px] text-sm">{t(`${host}.${label}`)}</td>
              <td className="w-full">
                {isChoice ? (
                  <span>{t.has(`choices.${label}.${value}`) ? t(`choices.${label}.${value}`) : value}</span>
                ) : value === '' ? (
                  <span className="text-muted">{t('leaveEmpty')}</span>
                ) : (
                  <span className="exact wrap-anywhere">{value}</span>
                )}
              </td>
              <td className="text-right">
                {isChoice || value === '' ? null : (
                  <CopyButton
                    text={value}
                    label={tCheck('copy')}
                    done={tCheck('copied')}
                    name={`${title}, ${t(`${host}.${label}`)}`}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
