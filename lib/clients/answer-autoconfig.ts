import 'server-only'
import { renderAutoconfig } from '@/lib/clients/autoconfig'
import { findClientSettings, findServed } from '@/lib/clients/settings'
import { toDomainName } from '@/lib/domains/name'
import { domainBehind, hostOf, notServed, publicDocument } from '@/lib/http/public-route'

/** Answers Thunderbird: the domain is that of the host, or of the address it asks for where the host is the domain's own. */
export async function answerAutoconfig(request: Request): Promise<Response> {
  const host = hostOf(request)
  const address = new URL(request.url).searchParams.get('emailaddress') ?? ''
  const domain = domainBehind('autoconfig', host) ?? toDomainName(address.slice(address.lastIndexOf('@') + 1)) ?? host
  const served = domain && (await findServed(domain))
  const settings = served?.policy.clients === true ? await findClientSettings(served.name) : null
  return settings ? publicDocument(renderAutoconfig(settings), 'text/xml; charset=utf-8') : notServed()
}
