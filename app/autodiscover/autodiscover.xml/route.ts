import { MOST_REQUEST_OCTETS, readAutodiscoverRequest, renderAutodiscover } from '@/lib/clients/autodiscover'
import { findClientSettings } from '@/lib/clients/settings'
import { toDomainName } from '@/lib/domains/name'
import { notServed, publicDocument, publicRoute } from '@/lib/http/public-route'

/** Outlook's request by POST ([MS-OXDSCLI]). It is bounded before it is read. */
export const POST = publicRoute(async (request) => {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (!(length <= MOST_REQUEST_OCTETS)) return new Response('too long\n', { status: 413 })
  const address = readAutodiscoverRequest(await request.text())
  if (address === null) return new Response('not an autodiscover request\n', { status: 400 })
  const domain = toDomainName(address.slice(address.lastIndexOf('@') + 1))
  const settings = domain && (await findClientSettings(domain))
  if (!settings) return notServed()
  return publicDocument(renderAutodiscover(settings, address), 'text/xml; charset=utf-8', {
    'Cache-Control': 'no-store',
  })
})
