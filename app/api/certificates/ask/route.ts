import { isServedName } from '@/lib/clients/served-names'
import { toDomainName } from '@/lib/domains/name'
import { notServed, publicRoute } from '@/lib/http/public-route'

/** What the proxy asks before it gets a certificate (Caddy's `on_demand_tls ask`): 200 for names of ours, else 404. */
export const GET = publicRoute(async (request) => {
  const asked = new URL(request.url).searchParams.get('domain') ?? ''
  // The panel's own name may be of one label, which no domain is: localhost.
  const isOurs = await isServedName(toDomainName(asked) ?? asked)
  return isOurs ? new Response('ours\n', { headers: { 'Cache-Control': 'no-store' } }) : notServed()
})
