import { RESERVED_LOCAL_PARTS } from '@/lib/addresses/address'
import type { NodeSettings } from '@/lib/agent-protocol/maps'
import type { AddressFacts, DomainFacts, Line, MailboxFacts } from '@/lib/releases/facts'

const REFUSED = {
  deleted: '550 5.1.1 This address does not exist',
  off: '550 5.1.1 This address is not in use',
  disabled: '550 5.2.1 This mailbox is disabled',
  sendOnly: '550 5.7.1 This address only sends mail',
  suspended: '550 5.2.1 Mail for this domain is suspended',
  retry: '450 4.2.1 Mail for this domain is suspended for now',
} as const

/**
 * The lines of Postfix's maps for one address of a domain, under its name and under each alias domain: a mailbox, an
 * alias, or what a former owner leaves (MAIL rules 6 to 9, 11, 13, 14). Sorted by map and key.
 */
export function renderPostfixAddress(domain: DomainFacts, address: AddressFacts): Line[] {
  if (domain.isDeleted) return []
  const own = `${address.localPart}@${domain.name}`
  const refusal = refusalOf(domain, address)
  const lines: Line[] = []
  const put = (map: string, name: string, value: string) =>
    lines.push({ map, domain: name, key: `${address.localPart}@${name}`, value })

  const mailbox = address.mailbox?.isDeleted === false ? address.mailbox : null
  const targets = targetsOf(domain, address, mailbox, own)
  if (mailbox && !mailbox.isSendOnly) put('smtp/mailboxes', domain.name, `${mailbox.storageId}/`)
  if (targets) put('smtp/aliases', domain.name, targets.join(','))

  const logins = [...new Set([...(mailbox ? [own] : []), ...address.senders])].sort()
  for (const name of [domain.name, ...domain.aliasNames]) {
    const isReachable = targets !== null || (mailbox !== null && !mailbox.isSendOnly)
    if (name !== domain.name && isReachable) put('smtp/aliases', name, own)
    if (logins.length > 0) put('smtp/senders', name, logins.join(','))
    if (refusal) put('smtp/access', name, refusal)
  }
  return lines.sort((a, b) => (a.map + a.key < b.map + b.key ? -1 : 1))
}

function isReserved(localPart: string): boolean {
  return (RESERVED_LOCAL_PARTS as readonly string[]).includes(localPart)
}

/** What the address expands to, null where it expands to nothing. */
function targetsOf(
  domain: DomainFacts,
  address: AddressFacts,
  mailbox: MailboxFacts | null,
  own: string,
): string[] | null {
  if (mailbox) {
    if (mailbox.forwardTargets.length > 0) {
      const kept = mailbox.forwardKeepsCopy && !mailbox.isSendOnly ? [own] : []
      return [...kept, ...[...mailbox.forwardTargets].sort()]
    }
    // Without its identity line a mailbox would lose its mail to the catch-all: alias maps are asked first.
    return domain.catchAllTarget !== null && !mailbox.isSendOnly ? [own] : null
  }
  if (address.alias && !address.alias.isOff) return [...address.alias.targets].sort()
  if (isReserved(address.localPart) && domain.postmasterTarget && domain.postmasterTarget !== own)
    return [domain.postmasterTarget]
  return null
}

function refusalOf(domain: DomainFacts, address: AddressFacts): string | null {
  const { mailbox, alias } = address
  const isLive = mailbox?.isDeleted === false || alias?.isOff === false
  if (isReserved(address.localPart) && !isLive) return null
  if (domain.suspendMode === 'refuse') return REFUSED.suspended
  if (domain.suspendMode === 'retry') return REFUSED.retry
  if (mailbox) {
    if (mailbox.isDeleted) return REFUSED.deleted
    if (mailbox.isDisabled) return REFUSED.disabled
    return mailbox.isSendOnly && mailbox.forwardTargets.length === 0 ? REFUSED.sendOnly : null
  }
  if (alias) return alias.isOff ? REFUSED.off : null
  return address.isTombstone ? REFUSED.deleted : null
}

/**
 * The lines of Postfix's maps that belong to the domain itself: that we take its mail, where its mailboxes live and what
 * takes the mail that nobody owns (MAIL rules 7, 8, 19).
 */
export function renderPostfixDomain(domain: DomainFacts): Line[] {
  if (domain.isDeleted) return []
  const lines: Line[] = [{ map: 'smtp/domains', domain: domain.name, key: domain.name, value: 'hosted' }]
  for (const name of domain.aliasNames) lines.push({ map: 'smtp/domains', domain: name, key: name, value: 'alias' })
  if (domain.catchAllTarget !== null)
    for (const name of [domain.name, ...domain.aliasNames])
      lines.push({ map: 'smtp/aliases', domain: name, key: `@${name}`, value: domain.catchAllTarget })
  if (domain.lmtp !== null)
    lines.push({ map: 'smtp/homes', domain: domain.name, key: domain.name, value: lmtpTransport(domain.lmtp) })
  return lines
}

function lmtpTransport(hostAndPort: string): string {
  const colon = hostAndPort.lastIndexOf(':')
  const host = hostAndPort.slice(0, colon).replace(/^\[|\]$/g, '')
  return `lmtp:inet:[${host}]:${hostAndPort.slice(colon + 1)}`
}

const MESSAGE_SIZE_LIMIT_BYTES = 52_428_800

/** The settings of one smtp node: the name it greets with and the largest message it takes. */
export function renderNodeSettings(node: { name: string; hostName: string }): Line {
  const settings: NodeSettings = { hostName: node.hostName, messageSizeLimitBytes: MESSAGE_SIZE_LIMIT_BYTES }
  return { map: 'node/settings', domain: '', key: node.name, value: JSON.stringify(settings) }
}

/** The lines of a node's own host name: its reserved addresses reach a person (MAIL rule 14). */
export function renderPostfixHost(hostName: string, postmasterTarget: string | null): Line[] {
  if (postmasterTarget === null) return []
  return [
    { map: 'smtp/domains', domain: hostName, key: hostName, value: 'host' },
    ...RESERVED_LOCAL_PARTS.map((localPart) => ({
      map: 'smtp/aliases',
      domain: hostName,
      key: `${localPart}@${hostName}`,
      value: postmasterTarget,
    })),
  ]
}
