import { AppError } from '@/lib/errors/app-error'
import { importReports, type ImportResult } from '@/lib/dmarc/service'
import { apiRoute } from '@/lib/http/api-route'
import { safePath } from '@/lib/http/page-path'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'

const MOST_FILES = 20
/** What a form adds around its files. */
const FORM_BYTES = 1_048_576

/**
 * Takes in report files: as a form from the page (answered by a redirect back) or as a form from a program that asks for
 * JSON. What cannot be a report's size is refused before it is read.
 */
export const POST = apiRoute({ permission: 'report:write' }, async (actor, request) => {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!(length <= REPORT_LIMITS.packedBytes + FORM_BYTES)) throw new AppError('INVALID', 'report.uploadTooLarge')
  if (!/^multipart\/form-data;/i.test(request.headers.get('content-type') ?? '')) {
    throw new AppError('INVALID', 'report.notForm')
  }
  const form = await request.formData()
  const files = form.getAll('file').filter((item): item is File => item instanceof File && item.size > 0)
  if (files.length > MOST_FILES) throw new AppError('INVALID', 'report.tooManyFiles', { most: MOST_FILES })
  const inputs = files.map((file) => ({ name: file.name, content: file.stream() }))
  const results: ImportResult[] = []
  for await (const result of importReports(actor, inputs)) results.push(result)
  if (request.headers.get('accept')?.includes('application/json')) return Response.json({ results })
  const back = form.get('back')
  const location = backWith(safePath(typeof back === 'string' ? back : '/reports'), results)
  return new Response(null, { status: 303, headers: { location } })
})

/** The page to go back to, with how many files went which way and the first reason of a refusal. */
function backWith(path: string, results: ImportResult[]): string {
  const query = new URLSearchParams({ given: String(results.length) })
  for (const { state } of results) query.set(state, String(Number(query.get(state) ?? 0) + 1))
  const refused = results.find((result) => result.reason !== null)
  if (refused?.reason) query.set('reason', refused.reason)
  return `${path.split('?')[0]}?${query}`
}
