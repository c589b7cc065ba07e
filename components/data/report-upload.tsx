import { getTranslations } from 'next-intl/server'
import { ReportDrop, type UploadTexts } from '@/components/data/report-drop'
import { NoticeLine } from '@/components/ui/notice'
import { Card, CardBody } from '@/components/ui/card'
import { REPORT_REASONS } from '@/lib/dmarc/reasons'
import { UPLOAD_LIMITS } from '@/lib/dmarc/uploaded-files'

const MEBIBYTE = 1024 * 1024

/** How the files of an upload went, as the upload's redirect tells it. */
export interface UploadQuery {
  given?: string
  stored?: string
  duplicate?: string
  foreign?: string
  rejected?: string
  failed?: string
  reason?: string
  problem?: string
}

/** Why not every file was read, as the upload says it. */
const PROBLEMS: Record<string, Record<string, number>> = {
  'report.tooManyFiles': { most: UPLOAD_LIMITS.files },
  'report.uploadBroken': {},
  'report.uploadTooLarge': { mebibytes: UPLOAD_LIMITS.requestBytes / MEBIBYTE },
}

const count = (text: string | undefined): number => (text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0)

/** What became of the files that were just given. */
export async function UploadLine({ query }: { query: UploadQuery }) {
  if (query.given === undefined) return null
  const [t, tErrors] = await Promise.all([getTranslations('reports'), getTranslations('errors')])
  const given = count(query.given)
  const problem = PROBLEMS[query.problem ?? '']
  if (given === 0 && !problem)
    return <NoticeLine notice={{ level: 'attention', word: t('uploadNone'), text: t('uploadNoneText') }} />
  const stored = count(query.stored)
  const parts = [
    t('uploaded', { stored, given }),
    ...(['duplicate', 'foreign', 'rejected', 'failed'] as const)
      .map((state) => ({ state, number: count(query[state]) }))
      .filter(({ number }) => number > 0)
      .map(({ state, number }) => t(`uploadedAs.${state}`, { count: number })),
  ]
  if (query.reason !== undefined && query.reason in REPORT_REASONS) parts.push(t(`reasons.${query.reason}`))
  if (problem) parts.push(tErrors(query.problem ?? '', problem))
  const level =
    stored === given && !problem
      ? 'ok'
      : problem || count(query.rejected) + count(query.failed) > 0
        ? 'broken'
        : 'attention'
  return <NoticeLine notice={{ level, word: t(`uploadWord.${level}`), text: parts.join(' ') }} />
}

const LOSSES = ['network', 'signedOut', 'unreadable', 'tooLarge', 'tooMany', 'forbidden', 'server'] as const
const STATES = ['stored', 'duplicate', 'foreign', 'rejected', 'failed'] as const

/** The card that takes report files; `back`: the page that a form without JavaScript comes back to. */
export async function ReportUpload({ back }: { back: string }) {
  const [t, tUpload] = await Promise.all([getTranslations('reports'), getTranslations('reportUpload')])
  // Numbers are put in where they are known.
  const raw = (key: string) => tUpload.raw(key) as string
  const sizes = { mebibytes: UPLOAD_LIMITS.fileBytes / MEBIBYTE, most: UPLOAD_LIMITS.files }
  const texts: UploadTexts = {
    ...{ files: t('files'), help: t('uploadHelp', sizes), button: t('uploadButton') },
    ...{ drop: tUpload('drop'), list: tUpload('list'), sending: tUpload('sending'), progress: raw('progress') },
    ...{ reading: tUpload('reading'), waiting: tUpload('waiting'), stopped: tUpload('stopped'), lost: tUpload('lost') },
    ...{ stop: tUpload('stop'), retry: tUpload('retry'), retryAll: tUpload('retryAll'), retryOne: raw('retryOne') },
    ...{ finished: raw('finished'), cut: raw('cut'), notStored: raw('notStored') },
    finishedWord: {
      ok: tUpload('finishedWord.ok'),
      attention: tUpload('finishedWord.attention'),
      broken: tUpload('finishedWord.broken'),
    },
    states: byKey(STATES, (state) => t(`states.${state}`)),
    losses: byKey(LOSSES, (loss) => tUpload(`losses.${loss}`, sizes)),
  }
  const { fileBytes, requestBytes } = UPLOAD_LIMITS
  return (
    <Card title={t('upload')}>
      <CardBody>
        <ReportDrop back={back} bounds={{ fileBytes, requestBytes }} texts={texts} />
      </CardBody>
    </Card>
  )
}

function byKey<K extends string>(keys: readonly K[], text: (key: K) => string): Record<K, string> {
  return Object.fromEntries(keys.map((key) => [key, text(key)])) as Record<K, string>
}
