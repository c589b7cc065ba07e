import { getTranslations } from 'next-intl/server'
import { importReports, type ImportResult } from '@/lib/dmarc/service'
import { withUploadLine } from '@/lib/dmarc/upload-line'
import { Upload } from '@/lib/dmarc/uploaded-files'
import { apiRoute } from '@/lib/http/api-route'
import { safePath } from '@/lib/http/page-path'

/**
 * Takes in report files: a form with any number of them, or one as the body. A browser's form is answered by a redirect
 * back, everything else by JSON `{ results }`, one a file in their order (docs/guides/give-reports.md). 200: every file has
 * a result, whatever it is; 422: the upload ended early, with the results of those that were whole.
 */
export const POST = apiRoute({ permission: 'report:write' }, async (actor, request) => {
  const upload = new Upload(request)
  const results: ImportResult[] = []
  for await (const result of importReports(actor, upload.files())) results.push(result)
  const { problem } = upload
  if (upload.isForm && request.headers.get('accept')?.includes('text/html')) {
    const location = withUploadLine(safePath(upload.fields.get('back') ?? '/reports'), results, problem)
    return new Response(null, { status: 303, headers: { location } })
  }
  const t = await getTranslations('reports')
  const told = results.map((result) => ({ ...result, words: result.reason && t(`reasons.${result.reason}`) }))
  const headers = { 'Cache-Control': 'no-store' }
  if (!problem) return Response.json({ results: told }, { headers })
  const { code, messageKey, values } = problem
  return Response.json({ error: code, key: messageKey, values, results: told }, { status: 422, headers })
})
