import { ReadableStream } from 'node:stream/web'
import { exportRows, exportSources } from '@/lib/dmarc/export/queries'
import { EXPORT_FORMATS } from '@/lib/dmarc/export/render'
import { readReportFilter } from '@/lib/dmarc/report-filter'
import { toDomainName } from '@/lib/domains/name'
import { AppError } from '@/lib/errors/app-error'
import { apiRoute } from '@/lib/http/api-route'

const EXPORTS = { sources: exportSources, rows: exportRows }
const TYPES = { csv: 'text/csv; charset=utf-8; header=present', json: 'application/json' }

/**
 * A domain's sources or the rows of its reports as a file: `?what=sources|rows&format=csv|json` and the filter of the page
 * (`days`, `failures`, `verified`, `from`, `reporter`). Sent as it is read, so of any length.
 */
export const GET = apiRoute<{ domain: string }>({ permission: 'report:read' }, async (actor, request, params) => {
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const domain = toDomainName(decodeURIComponent(params.domain))
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: params.domain })
  const what = query.what === 'rows' ? 'rows' : 'sources'
  const format = EXPORT_FORMATS.find((known) => known === query.format) ?? 'csv'
  const text = await EXPORTS[what](actor, domain, readReportFilter(query), format)
  return new Response(ReadableStream.from(encoded(text)) as BodyInit, {
    headers: {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="${domain}-${what}.${format}"`,
      'Cache-Control': 'private, no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })
})

async function* encoded(text: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder()
  for await (const piece of text) yield encoder.encode(piece)
}
