import { requireReportOriginal } from '@/lib/dmarc/queries'
import { apiRoute } from '@/lib/http/api-route'
import { downloadHeaders } from '@/lib/http/download'

/** The file that a report came in, byte for byte as it was given. */
export const GET = apiRoute<{ id: string }>({ permission: 'report:read' }, async (actor, _request, { id }) => {
  const { name, bytes } = await requireReportOriginal(actor, id)
  return new Response(bytes, { headers: downloadHeaders(name) })
})
