import { parseAddress } from '@/lib/addresses/address'
import { renderMobileconfig } from '@/lib/clients/mobileconfig'
import { findClientSettings } from '@/lib/clients/settings'
import { signProfile } from '@/lib/clients/sign-profile'
import { toDomainName } from '@/lib/domains/name'
import { notServed, publicDocument, publicRoute } from '@/lib/http/public-route'

/** Apple's profile for the address in `?address=`, signed where this installation has a certificate. */
export const GET = publicRoute<{ domain: string }>(async (request, params) => {
  const domain = toDomainName(params.domain)
  const settings = domain && (await findClientSettings(domain))
  const address = parseAddress(new URL(request.url).searchParams.get('address') ?? '')
  if (!settings || !address.ok || address.value.domain !== domain) return notServed()
  const profile = renderMobileconfig(settings, address.value.address)
  if (profile === null) return notServed()
  return publicDocument(await signProfile(profile), 'application/x-apple-aspen-config', {
    'Content-Disposition': `attachment; filename="${domain}.mobileconfig"`,
    'Cache-Control': 'no-store',
  })
})
