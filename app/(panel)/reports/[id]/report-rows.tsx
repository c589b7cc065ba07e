import { getFormatter, getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { Badge } from '@/components/ui/badge'
import { Table } from '@/components/ui/table'
import type { requireReport } from '@/lib/dmarc/queries'

type ReportRow = Awaited<ReturnType<typeof requireReport>>['rows'][number]

const COLUMNS = 6

/** The rows of a report; each can be opened for what its receiver saw: signatures, envelope, reasons. */
export async function ReportRows({ rows }: { rows: ReportRow[] }) {
  const t = await getTranslations('reports')
  return (
    <Table label={t('rows')} folds>
      <thead>
        <tr>
          <th>{t('source')}</th>
          <th className="num">{t('messages')}</th>
          <th>{t('headerFrom')}</th>
          <th>SPF</th>
          <th>DKIM</th>
          <th>{t('disposition')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.position} row={row} />
        ))}
      </tbody>
    </Table>
  )
}

async function Row({ row }: { row: ReportRow }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const aligned = (isAligned: boolean) =>
    isAligned ? <Badge level="ok">{t('aligned')}</Badge> : <Badge level="attention">{t('notAligned')}</Badge>
  return (
    <>
      <tr className="*:border-b-0! max-[899px]:border-b-0!">
        <td className="exact">{row.sourceIp}</td>
        <td className="num" data-label={t('messages')}>
          {format.number(row.messageCount)}
        </td>
        <td className="wrap-anywhere" data-label={t('headerFrom')}>
          {row.headerFrom ? <ForeignText text={row.headerFrom} /> : '–'}
        </td>
        <td data-label="SPF">{aligned(row.isSpfAligned)}</td>
        <td data-label="DKIM">{aligned(row.isDkimAligned)}</td>
        <td data-label={t('disposition')}>{t(`dispositions.${row.disposition}`)}</td>
      </tr>
      <tr>
        <td colSpan={COLUMNS} className="w-full pt-0!">
          <details>
            <summary className="text-muted text-sm">{t('rowDetails', { address: row.sourceIp })}</summary>
            <Detail row={row} />
          </details>
        </td>
      </tr>
    </>
  )
}

/** Lines of one row, each with our name for it and the report's own words. */
async function Detail({ row }: { row: ReportRow }) {
  const t = await getTranslations('rowDetail')
  const human = (text: { text: string } | null) => (text === null ? '' : ` (${text.text})`)
  const lines: { name: string; text: string }[] = [
    { name: t('headerFrom'), text: row.headerFrom || t('unsaid') },
    { name: t('envelopeFrom'), text: row.envelopeFrom ?? t('unsaid') },
    ...(row.envelopeTo === null ? [] : [{ name: t('envelopeTo'), text: row.envelopeTo }]),
    ...row.dkimResults.map(({ domain, selector, result, humanResult }) => ({
      name: t('dkim'),
      text: `${result} d=${domain}${selector === null ? '' : ` s=${selector}`}${human(humanResult)}`,
    })),
    ...(row.dkimResults.length === 0 ? [{ name: t('dkim'), text: t('noSignature') }] : []),
    ...row.spfResults.map(({ domain, scope, result, humanResult }) => ({
      name: t('spf'),
      text: `${result} ${scope === null ? '' : `${scope}=`}${domain}${human(humanResult)}`,
    })),
    ...row.reasons.map(({ type, comment }) => ({
      name: t('override'),
      text: `${t(`overrides.${type}`)}${human(comment)}`,
    })),
    ...row.extensions.map(({ path, text }) => ({ name: t('extension'), text: `${path}: ${text}` })),
  ]
  return (
    <dl className="grid grid-cols-[fit-content(40%)_1fr] gap-x-4 gap-y-1 pt-2 text-sm">
      {lines.map(({ name, text }, at) => (
        <div key={at} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">
            <ForeignText text={text} className="exact" />
          </dd>
        </div>
      ))}
    </dl>
  )
}
