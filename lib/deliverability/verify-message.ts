import 'server-only'
import { Resolver } from 'node:dns/promises'
import { authenticate, type DMARCResult, type DNSResolver } from 'mailauth'
import type { Verified } from '@/lib/deliverability/schema'
import { env } from '@/lib/env'

/** A resolver as mailauth takes it, on the servers of POSTHOUSE_RESOLVERS or the system's. */
export function mailauthResolver(): DNSResolver {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  const servers = env()
    .POSTHOUSE_RESOLVERS.split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
  if (servers.length > 0) resolver.setServers(servers)
  return async (name, type) => {
    switch (type) {
      case 'TXT':
        return resolver.resolveTxt(name)
      case 'MX':
        return (await resolver.resolveMx(name)) as unknown as string[]
      case 'A':
        return resolver.resolve4(name)
      case 'AAAA':
        return resolver.resolve6(name)
      case 'PTR':
        return resolver.resolvePtr(name)
      default:
        return await resolver.resolve(name, type as 'CNAME')
    }
  }
}

/**
 * Verifies a message as its receiver should: SPF of the address it came from (RFC 7208), every signature (RFC 6376),
 * DMARC with alignment (RFC 9989).
 */
export async function verifyMessage(
  message: Buffer,
  from: { ip: string; helo: string; sender: string; mta: string },
  resolver: DNSResolver = mailauthResolver(),
): Promise<Verified> {
  const { spf, dkim, dmarc } = await authenticate(message, { ...from, resolver, disableArc: true, disableBimi: true })
  // Without a usable DMARC record mailauth leaves out the policy and the alignment, whatever its types say.
  const found: Partial<DMARCResult> = dmarc || {}
  return {
    spf: {
      result: spf ? spf.status.result : 'none',
      domain: spf ? spf.domain : '',
      ip: from.ip,
      isAligned: Boolean(found.alignment?.spf.result),
      comment: spf ? (spf.status.comment ?? '') : '',
    },
    dkim: dkim.results
      .filter((signature) => signature.signingDomain !== undefined)
      .map((signature) => ({
        result: signature.status.result,
        domain: signature.signingDomain ?? '',
        selector: signature.selector ?? '',
        algorithm: signature.algo ?? '',
        isAligned: isAligned(signature.signingDomain ?? '', dkim.headerFrom),
        comment: signature.status.comment ?? '',
      })),
    dmarc: {
      result: dmarc ? dmarc.status.result : 'none',
      domain: dmarc ? dmarc.domain : '',
      policy: found.policy ?? '',
      comment: dmarc ? (dmarc.status.comment ?? '') : '',
    },
  }
}

/** Whether a signature speaks for the author's domain or one above it. */
function isAligned(signingDomain: string, headerFrom: readonly string[]): boolean {
  return headerFrom.some((address) => {
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
    return domain === signingDomain.toLowerCase() || domain.endsWith(`.${signingDomain.toLowerCase()}`)
  })
}
