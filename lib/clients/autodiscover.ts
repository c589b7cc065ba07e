import type { ClientEndpoint, ClientSettings } from '@/lib/clients/settings'
import { xmlText } from '@/lib/clients/xml'

const REQUEST = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006'
const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
/** Outlook sends far less. */
export const MOST_REQUEST_OCTETS = 16 * 1024

const TYPE: Partial<Record<ClientEndpoint['service'], string>> = {
  imaps: 'IMAP',
  imap: 'IMAP',
  pop3s: 'POP3',
  pop3: 'POP3',
  submissions: 'SMTP',
  submission: 'SMTP',
}

/**
 * The address that a POX request asks about ([MS-OXDSCLI] §2.2.3.1), or null where it is not such a request. One element
 * of bounded text is looked for, so nothing of XML (entities, DTD) is ever expanded.
 */
export function readAutodiscoverRequest(body: string): string | null {
  if (body.length > MOST_REQUEST_OCTETS || !body.includes(REQUEST)) return null
  const address = /<(?:\w+:)?EMailAddress>\s*([^<>&\s]{3,320})\s*<\/(?:\w+:)?EMailAddress>/.exec(body)?.[1]
  return address?.includes('@') ? address : null
}

/** The answer of Outlook's autodiscover in its XML form ([MS-OXDSCLI] §2.2.4.1). */
export function renderAutodiscover({ endpoints }: ClientSettings, address: string): string {
  const protocols = endpoints.map(({ service, host, port, security }) => {
    const type = TYPE[service]
    if (!type) return ''
    return `      <Protocol>
        <Type>${type}</Type>
        <Server>${xmlText(host)}</Server>
        <Port>${port}</Port>
        <LoginName>${xmlText(address)}</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>${security === 'tls' ? 'on' : 'off'}</SSL>
        <Encryption>${security === 'tls' ? 'SSL' : 'TLS'}</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
`
  })
  return `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="${RESPONSE}">
  <Response xmlns="${OUTLOOK}">
    <User>
      <DisplayName>${xmlText(address)}</DisplayName>
    </User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
${protocols.join('')}    </Account>
  </Response>
</Autodiscover>
`
}

/** Autodiscover version 2 in JSON: where the protocol asked for is answered, or that it is not. */
export function answerJson(protocol: string, url: string): { status: number; body: Record<string, string> } {
  if (protocol.toLowerCase() === 'autodiscoverv1')
    return { status: 200, body: { Protocol: 'AutodiscoverV1', Url: url } }
  const ErrorMessage = `The given protocol value '${protocol.slice(0, 40)}' is not offered. Offered: AutodiscoverV1.`
  return { status: 400, body: { ErrorCode: 'InvalidProtocol', ErrorMessage } }
}
