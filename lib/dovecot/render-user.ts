import type { CredentialValue, MailService, UserValue } from '@/lib/agent-protocol/maps'
import type { AddressFacts, DomainFacts, Line, MailboxFacts } from '@/lib/releases/facts'

/**
 * The lines that Dovecot needs of one address: its user and the user's other log-ins. Who is deleted, disabled or
 * suspended keeps the line without a password, so that mail on its way is still taken and nobody logs in (MAIL rules 11, 21).
 */
export function renderDovecotUser(domain: DomainFacts, address: AddressFacts): Line[] {
  const { mailbox } = address
  if (!mailbox) return []
  const user = `${address.localPart}@${domain.name}`
  const mayLogIn = !mailbox.isDeleted && !mailbox.isDisabled && !domain.isDeleted && domain.suspendMode === null
  const services = mayLogIn ? servicesOf(mailbox) : []
  const value: UserValue = {
    format: mailbox.format,
    home: mailbox.storageId,
    password: mayLogIn ? mailbox.passwordHash : null,
    quotaBytes: mailbox.quotaBytes,
    services: [...services, 'lmtp'],
  }
  const lines: Line[] = [{ map: 'imap/users', domain: domain.name, key: user, value: JSON.stringify(value) }]
  if (!mayLogIn) return lines
  for (const credential of mailbox.credentials) {
    const credentialValue: CredentialValue = {
      password: credential.hash,
      services: services.filter((service) => credential.services.includes(service)),
      user,
    }
    lines.push({
      map: 'imap/credentials',
      domain: domain.name,
      key: credential.login,
      value: JSON.stringify(credentialValue),
    })
  }
  return lines
}

function servicesOf(mailbox: MailboxFacts): MailService[] {
  const services: MailService[] = []
  if (mailbox.isImapEnabled) services.push('imap')
  if (mailbox.isPop3Enabled) services.push('pop3')
  if (mailbox.isSubmissionEnabled) services.push('smtp')
  if (mailbox.isSieveEnabled) services.push('sieve')
  return services
}
