import { isServedName } from '@/lib/clients/served-names'
import { toDomainName } from '@/lib/domains/name'
import { notServed, publicRoute } from '@/lib/http/public-route'

/** What the proxy asks before it gets a certificate (Caddy's `on_demand_tls ask`): 200 for names of ours, else 404. */
export const GET = publicRoute(async (request) => {
  const name = toDomainName(new URL(request.url).searchParams.get('domain') ?? '')
  const isOurs = name !== null && (await isServedName(name))
  return isOurs ? new Response('ours\n', { headers: { 'Cache-Control': 'no-store' } }) : notServed()
})
