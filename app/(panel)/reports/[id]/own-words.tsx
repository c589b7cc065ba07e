import { getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { Card } from '@/components/ui/card'
import type { requireReport } from '@/lib/dmarc/queries'

type Report = Awaited<ReturnType<typeof requireReport>>

interface Oddity {
  key: string
  /** Ours. */
  words: string
  /** The report's, or null. */
  text: string | null
}

/** What was odd about a report, what could not be read of it, and what it says beyond the standard; nothing where there is none. */
export async function OwnWords({ report }: { report: Report }) {
  const t = await getTranslations('reports')
  const oddities = await odditiesOf(report)
  if (oddities.length === 0) return null
  return (
    <Card title={t('oddities')}>
      <ul className="flex flex-col gap-1.5 px-4 py-3">
        {oddities.map(({ key, words, text }) => (
          <li key={key} className="wrap-anywhere">
            {words} {text ? <ForeignText text={text} className="exact" /> : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}

async function odditiesOf({ deviations, unreadableRecords, metadata }: Report): Promise<Oddity[]> {
  const t = await getTranslations('reports')
  const left = unreadableRecords - metadata.unreadable.length
  return [
    ...metadata.errors.map(({ text }, at) => ({ key: `error ${at}`, words: t('reporterError'), text })),
    ...deviations.map(({ code, count, sample }) => ({
      key: code,
      words: t('deviation', { words: t(`deviations.${code}`), count }),
      text: sample,
    })),
    ...metadata.unreadable.map(({ position, reasons }) => ({
      key: `record ${position}`,
      words: t('unreadableRecord', {
        number: position + 1,
        words: reasons.map((reason) => t(`recordReasons.${reason}`)).join(' '),
      }),
      text: null,
    })),
    ...(left > 0 ? [{ key: 'more', words: t('unreadableMore', { count: left }), text: null }] : []),
    ...metadata.extensions.map(({ path, text }, at) => ({
      key: `extension ${at}`,
      words: t('extension'),
      text: `${path}: ${text}`,
    })),
  ]
}
