import { EXPORT_FORMATS, exportFileName, renderExport } from '@/lib/dns/by-hand/export'
import { handTasks } from '@/lib/dns/by-hand/of-listed'
import { zoneChoices } from '@/lib/dns/by-hand/zone-choices'
import { listDnsRecords } from '@/lib/dns/queries'
import { toDomainName } from '@/lib/domains/name'
import { AppError } from '@/lib/errors/app-error'
import { apiRoute } from '@/lib/http/api-route'

/** A domain's records as a file for BIND, DNSControl or octoDNS; `?zone=` names the zone that they are for. */
export const GET = apiRoute<{ domain: string; format: string }>(
  { permission: 'dns:read' },
  async (actor, request, params) => {
    const domain = toDomainName(decodeURIComponent(params.domain))
    const format = EXPORT_FORMATS.find((known) => known === params.format)
    if (!domain || !format) throw new AppError('NOT_FOUND', 'domain.missing', { name: params.domain })
    const choices = zoneChoices(domain)
    const zone =
      choices.find((known) => known === new URL(request.url).searchParams.get('zone')) ?? choices[0] ?? domain
    const { records } = await listDnsRecords(actor, domain)
    const own = handTasks(records, zone).flatMap(({ record }) => (record.zone === zone ? [record] : []))
    return new Response(renderExport(format, zone, own), {
      headers: {
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Disposition': `attachment; filename="${exportFileName(format, zone)}"`,
        'Cache-Control': 'no-store',
      },
    })
  },
)
