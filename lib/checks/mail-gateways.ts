/** Names below which services filter mail and pass it on to the server behind them. */
const GATEWAYS = [
  'altospam.com',
  'antispamcloud.com',
  'antispameurope.com',
  'barracudanetworks.com',
  'emailsecurity.trellix.com',
  'fireeyecloud.com',
  'hornetsecurity.com',
  'hydra.sophos.com',
  'iphmx.com',
  'mailanyone.net',
  'mailcontrol.com',
  'mailinblack.com',
  'mailspamprotection.com',
  'messagelabs.com',
  'mimecast.com',
  'mimecast.co.za',
  'mxthunder.com',
  'ppe-hosted.com',
  'pphosted.com',
  'retarus.com',
  'spamexperts.com',
  'spamexperts.eu',
  'spamexperts.net',
  'spamtitan.com',
  'tmes.trendmicro.com',
  'tmes.trendmicro.eu',
  'trendmicro.eu',
  'vadesecure.com',
] as const

/** Whether a host is a filter's that stands before other servers: mail that goes there may still come to us (MAIL rule 34). */
export function isFilteringGateway(host: string): boolean {
  return GATEWAYS.some((suffix) => host.endsWith(`.${suffix}`))
}
