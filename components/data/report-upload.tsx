import { getTranslations } from 'next-intl/server'
import { NoticeLine } from '@/components/ui/notice'
import { Card, CardBody } from '@/components/ui/card'
import { buttonClass } from '@/components/ui/button-class'
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

/** The form that takes report files: native and multipart, so that it needs no JavaScript and no action's body limit. */
export async function ReportUpload({ back }: { back: string }) {
  const t = await getTranslations('reports')
  return (
    <Card title={t('upload')}>
      <CardBody>
        <form action="/api/reports" method="post" encType="multipart/form-data" className="flex flex-col gap-4">
          <input type="hidden" name="back" value={back} />
          <div className="flex max-w-[520px] flex-col gap-1">
            <label htmlFor="report-file" className="text-sm font-[550]">
              {t('files')}
            </label>
            <input
              id="report-file"
              type="file"
              name="file"
              multiple
              required
              accept=".xml,.gz,.zip,.json,.eml,.mbox,application/xml,application/gzip,application/zip,text/xml"
              aria-describedby="report-file-help"
              className="border-control bg-panel file:bg-sunken file:text-text max-w-full rounded-md border px-2.5 py-1.5 file:mr-3 file:rounded-sm file:border-0 file:px-2 file:py-0.5"
            />
            <p id="report-file-help" className="text-muted text-sm">
              {t('uploadHelp', { mebibytes: UPLOAD_LIMITS.fileBytes / MEBIBYTE })}
            </p>
          </div>
          <div>
            <button type="submit" className={buttonClass('primary')}>
              {t('uploadButton')}
            </button>
          </div>
        </form>
      </CardBody>
    </Card>
  )
}
