import type { PlannedRecord } from '@/lib/dns/purpose'
import { parseRecordName } from '@/lib/dns/record'

/** Services by which mail programs work; the preference is ours: TLS from the first octet before STARTTLS (RFC 8314 §5), IMAP before POP3 (RFC 6186 §3.4). */
const PRIORITIES = { imaps: 0, submissions: 0, sieve: 0, imap: 10, submission: 10, pop3s: 20, pop3: 30 } as const
export type ClientService = keyof typeof PRIORITIES
export const CLIENT_SERVICES = Object.keys(PRIORITIES) as ClientService[]

/** Where mail programs reach each service that is offered. */
export type ClientServices = Partial<Record<ClientService, { host: string; port: number }>>

const HTTPS_PORT = 443

function serviceRecord(domain: string, service: ClientService, services: ClientServices): PlannedRecord {
  const at = services[service]
  const host = at && parseRecordName(at.host)
  // RFC 6186 §3.4: the target `.` says that the service is not offered.
  const value = at && host ? `${PRIORITIES[service]} 1 ${at.port} ${host}.` : '0 0 0 .'
  return { purpose: 'srv', name: `_${service}._tcp.${domain}`, type: 'SRV', value }
}

/** CNAMEs by which a name below the domain leads to the panel; none where the panel itself has that name. */
export function panelAlias(purpose: PlannedRecord['purpose'], name: string, panelHost: string | null): PlannedRecord[] {
  return panelHost === null || name === panelHost ? [] : [{ purpose, name, type: 'CNAME', value: `${panelHost}.` }]
}

/**
 * Records by which mail programs find their settings: SRV for each service (RFC 6186, RFC 5804 §1.8 for ManageSieve),
 * `autoconfig` (Thunderbird) and `autodiscover` (Outlook) at the panel. None where no service is offered at all.
 */
export function clientRecords(domain: string, services: ClientServices, panelHost: string | null): PlannedRecord[] {
  if (Object.keys(services).length === 0) return []
  const autodiscover: PlannedRecord[] =
    panelHost === null
      ? []
      : [
          {
            purpose: 'srv',
            name: `_autodiscover._tcp.${domain}`,
            type: 'SRV',
            value: `0 1 ${HTTPS_PORT} ${panelHost}.`,
          },
        ]
  return [
    ...panelAlias('autoconfig', `autoconfig.${domain}`, panelHost),
    ...panelAlias('autodiscover', `autodiscover.${domain}`, panelHost),
    ...CLIENT_SERVICES.map((service) => serviceRecord(domain, service, services)),
    ...autodiscover,
  ]
}
