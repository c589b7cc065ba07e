import { getFormatter, getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { Shown, SourceDetail } from '@/lib/dmarc/sources/describe-source'

interface Item extends Shown {
  kind: string
  text: string
  result: string
}

/** What a source's messages carry: signatures, envelope senders, From lines, each with how many were aligned. */
export async function IdentifiersCard({ detail }: { detail: SourceDetail }) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  const items: Item[] = [
    ...detail.signatures.map(({ domain, selector, ...rest }) => ({
      ...{ ...rest, kind: t('identifiers.dkim') },
      text: selector === '' ? domain : t('identifiers.signature', { domain, selector }),
    })),
    ...detail.envelopes.map(({ domain, ...rest }) => ({ ...rest, kind: t('identifiers.spf'), text: domain })),
    ...detail.headerFroms.map(({ name, ...rest }) => ({
      ...{ ...rest, kind: t('headerFrom') },
      ...{ text: name === '' ? t('unsaid') : name, result: '' },
    })),
  ]
  return (
    <Card title={t('carried')}>
      <Table label={t('carried')} folds>
        <thead>
          <tr>
            <th>{t('what')}</th>
            <th>{t('domain')}</th>
            <th>{t('result')}</th>
            <th className="num">{t('numbers.messages')}</th>
            <th className="num">{t('numbers.aligned')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ kind, text, result, messages, aligned }) => (
            <tr key={`${kind} ${text} ${result}`}>
              <td>{kind}</td>
              <td className="exact wrap-anywhere" data-label={t('domain')}>
                <ForeignText text={text} />
              </td>
              <td data-label={t('result')}>{result || '–'}</td>
              <td className="num" data-label={t('numbers.messages')}>
                {format.number(messages)}
              </td>
              <td className="num" data-label={t('numbers.aligned')}>
                {format.number(aligned)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

const DISPOSITIONS = ['none', 'pass', 'quarantine', 'reject'] as const

/** What receivers did with a source's messages. */
export async function DispositionsCard({ dispositions }: Pick<SourceDetail, 'dispositions'>) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  return (
    <Card title={t('disposition')}>
      <Table label={t('disposition')} folds>
        <thead>
          <tr>
            <th>{t('disposition')}</th>
            <th className="num">{t('numbers.messages')}</th>
            <th className="num">{t('numbers.aligned')}</th>
          </tr>
        </thead>
        <tbody>
          {dispositions.map(({ disposition, messages, aligned }) => (
            <tr key={disposition}>
              <th scope="row">
                {t(`dispositions.${DISPOSITIONS.find((known) => known === disposition) ?? 'unknown'}`)}
              </th>
              <td className="num" data-label={t('numbers.messages')}>
                {format.number(messages)}
              </td>
              <td className="num" data-label={t('numbers.aligned')}>
                {format.number(aligned)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
