import type { ClientEndpoint, ClientSettings } from '@/lib/clients/settings'
import { xmlText } from '@/lib/clients/xml'

const SERVER: Partial<Record<ClientEndpoint['service'], { element: string; type: string }>> = {
  imaps: { element: 'incomingServer', type: 'imap' },
  imap: { element: 'incomingServer', type: 'imap' },
  pop3s: { element: 'incomingServer', type: 'pop3' },
  pop3: { element: 'incomingServer', type: 'pop3' },
  submissions: { element: 'outgoingServer', type: 'smtp' },
  submission: { element: 'outgoingServer', type: 'smtp' },
}

function server({ service, host, port, security }: ClientEndpoint): string {
  const kind = SERVER[service]
  if (!kind) return ''
  return `    <${kind.element} type="${kind.type}">
      <hostname>${xmlText(host)}</hostname>
      <port>${port}</port>
      <socketType>${security === 'tls' ? 'SSL' : 'STARTTLS'}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </${kind.element}>
`
}

/** Thunderbird's `config-v1.1.xml` (the autoconfig draft of the IETF's mailmaint group): the first server that works is taken. */
export function renderAutoconfig({ domain, endpoints }: ClientSettings): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${xmlText(domain)}">
    <domain>${xmlText(domain)}</domain>
    <displayName>${xmlText(domain)}</displayName>
    <displayShortName>${xmlText(domain)}</displayShortName>
${endpoints.map(server).join('')}  </emailProvider>
</clientConfig>
`
}
