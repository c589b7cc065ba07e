import { answerJson } from '@/lib/clients/autodiscover'
import { findClientSettings } from '@/lib/clients/settings'
import { toDomainName } from '@/lib/domains/name'
import { hostOf, notServed, publicRoute } from '@/lib/http/public-route'

/** Autodiscover version 2: where a protocol is answered. `Email` and `Protocol` come in any case. */
export const GET = publicRoute(async (request) => {
  const query = new Map([...new URL(request.url).searchParams].map(([key, value]) => [key.toLowerCase(), value]))
  const address = query.get('email') ?? ''
  const domain = toDomainName(address.slice(address.lastIndexOf('@') + 1))
  if (!domain || !(await findClientSettings(domain))) return notServed()
  const url = `https://${hostOf(request) ?? `autodiscover.${domain}`}/autodiscover/autodiscover.xml`
  const { status, body } = answerJson(query.get('protocol') ?? '', url)
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store' } })
})
