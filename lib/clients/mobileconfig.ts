import { createHash } from 'node:crypto'
import type { ClientEndpoint, ClientSettings } from '@/lib/clients/settings'
import { xmlText } from '@/lib/clients/xml'

/** A UUID of version 8 that is the same for the same text: a profile installed again replaces itself. */
function stableUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)]
    .join('-')
    .toUpperCase()
}

const reverse = (domain: string) => domain.split('.').reverse().join('.')

function pick(endpoints: readonly ClientEndpoint[], names: readonly string[]): ClientEndpoint | undefined {
  return names.map((name) => endpoints.find(({ service }) => service === name)).find((found) => found !== undefined)
}

/**
 * Apple's configuration profile (property list, MIME `application/x-apple-aspen-config`) for one address: mail by IMAP, or
 * POP3 where only that is offered. It holds no password: the device asks for it. Null where there is nothing to set up.
 */
export function renderMobileconfig({ domain, endpoints }: ClientSettings, address: string): string | null {
  const incoming = pick(endpoints, ['imaps', 'imap', 'pop3s', 'pop3'])
  const outgoing = pick(endpoints, ['submissions', 'submission'])
  if (!incoming || !outgoing) return null
  const id = `${reverse(domain)}.mail`
  const text = (key: string, value: string) => `<key>${key}</key><string>${xmlText(value)}</string>`
  const server = (prefix: string, { host, port }: ClientEndpoint) =>
    [
      text(`${prefix}MailServerAuthentication`, 'EmailAuthPassword'),
      text(`${prefix}MailServerHostName`, host),
      `<key>${prefix}MailServerPortNumber</key><integer>${port}</integer>`,
      `<key>${prefix}MailServerUseSSL</key><true/>`,
      text(`${prefix}MailServerUsername`, address),
    ].join('\n        ')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>PayloadContent</key>
    <array>
      <dict>
        ${text('EmailAccountType', incoming.service.startsWith('imap') ? 'EmailTypeIMAP' : 'EmailTypePOP')}
        ${text('EmailAccountName', address)}
        ${text('EmailAccountDescription', address)}
        ${text('EmailAddress', address)}
        ${server('Incoming', incoming)}
        ${server('Outgoing', outgoing)}
        <key>OutgoingPasswordSameAsIncomingPassword</key><true/>
        ${text('PayloadDisplayName', address)}
        ${text('PayloadIdentifier', `${id}.account`)}
        ${text('PayloadType', 'com.apple.mail.managed')}
        ${text('PayloadUUID', stableUuid(`account ${address}`))}
        <key>PayloadVersion</key><integer>1</integer>
      </dict>
    </array>
    ${text('PayloadDisplayName', `Mail ${address}`)}
    ${text('PayloadIdentifier', id)}
    ${text('PayloadOrganization', domain)}
    <key>PayloadRemovalDisallowed</key><false/>
    ${text('PayloadType', 'Configuration')}
    ${text('PayloadUUID', stableUuid(`profile ${address}`))}
    <key>PayloadVersion</key><integer>1</integer>
  </dict>
</plist>
`
}
