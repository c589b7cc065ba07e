import { domainBehind, hostOf, notServed, publicDocument, publicRoute } from '@/lib/http/public-route'
import { servedPolicy } from '@/lib/mta-sts/serve'

/** The MTA-STS policy of the domain whose `mta-sts` host was asked (RFC 8461 §3.3). */
export const GET = publicRoute(async (request) => {
  const domain = domainBehind('mta-sts', hostOf(request))
  const policy = domain && (await servedPolicy(domain))
  return policy ? publicDocument(policy, 'text/plain; charset=utf-8') : notServed()
})
