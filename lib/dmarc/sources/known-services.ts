/** A service that many domains let send for them. */
export interface KnownService {
  /** Stays the same when the name changes. */
  id: string
  name: string
  /** Domains that its signatures, its envelope senders or its hosts' names end in. */
  domains: readonly string[]
  /**
   * Of one that sends with its customer's own envelope sender: what its documentation has the customer's SPF record
   * include. With others an include aligns nothing, for they take bounces under a name of their own.
   */
  include?: string
}

/**
 * Services by what they cannot help showing: names of their own hosts, and domains that they sign with or take bounces
 * under. Names of brands, so not translated. New ones are added here; a wrong one costs a wrong label and nothing else.
 */
export const KNOWN_SERVICES: readonly KnownService[] = [
  {
    id: 'google',
    name: 'Google',
    domains: ['google.com', 'gappssmtp.com', 'googlemail.com', 'gmail.com'],
    include: '_spf.google.com',
  },
  {
    id: 'microsoft-365',
    name: 'Microsoft 365',
    domains: ['outlook.com', 'onmicrosoft.com'],
    include: 'spf.protection.outlook.com',
  },
  { id: 'amazon-ses', name: 'Amazon SES', domains: ['amazonses.com'] },
  { id: 'mailchimp', name: 'Mailchimp', domains: ['mcsv.net', 'mcdlv.net', 'rsgsv.net', 'mailchimpapp.com'] },
  { id: 'mandrill', name: 'Mandrill', domains: ['mandrillapp.com'] },
  { id: 'sendgrid', name: 'SendGrid', domains: ['sendgrid.net', 'sendgrid.com'] },
  { id: 'mailgun', name: 'Mailgun', domains: ['mailgun.org', 'mailgun.net', 'mailgun.com'] },
  { id: 'postmark', name: 'Postmark', domains: ['mtasv.net', 'postmarkapp.com'] },
  { id: 'brevo', name: 'Brevo', domains: ['brevo.com', 'sendinblue.com', 'sender-sib.com', 'brevosend.com'] },
  { id: 'mailjet', name: 'Mailjet', domains: ['mailjet.com', 'mailjet.net'] },
  { id: 'sparkpost', name: 'SparkPost', domains: ['sparkpostmail.com', 'sparkpostmail1.com'] },
  {
    id: 'salesforce',
    name: 'Salesforce',
    domains: ['salesforce.com', 'exacttarget.com', 'pardot.com'],
    include: '_spf.salesforce.com',
  },
  { id: 'hubspot', name: 'HubSpot', domains: ['hubspotemail.net', 'hubspot.com', 'hs-send.com'] },
  { id: 'zendesk', name: 'Zendesk', domains: ['zendesk.com'], include: 'mail.zendesk.com' },
  { id: 'freshdesk', name: 'Freshdesk', domains: ['freshdesk.com', 'freshemail.io'] },
  { id: 'atlassian', name: 'Atlassian', domains: ['atlassian.net', 'atlassian-bounces.atlassian.net'] },
  { id: 'shopify', name: 'Shopify', domains: ['shopifyemail.com', 'shopify.com'] },
  { id: 'klaviyo', name: 'Klaviyo', domains: ['klaviyomail.com', 'klaviyo.com'] },
  { id: 'campaign-monitor', name: 'Campaign Monitor', domains: ['createsend.com', 'cmail19.com', 'cmail20.com'] },
  { id: 'constant-contact', name: 'Constant Contact', domains: ['constantcontact.com', 'ccsend.com'] },
  { id: 'intercom', name: 'Intercom', domains: ['intercom-mail.com', 'intercom.io'] },
  { id: 'zoho', name: 'Zoho', domains: ['zoho.com', 'zoho.eu', 'zohomail.com', 'zcsend.net'] },
  {
    id: 'fastmail',
    name: 'Fastmail',
    domains: ['messagingengine.com', 'fastmail.com'],
    include: 'spf.messagingengine.com',
  },
  {
    id: 'proton',
    name: 'Proton',
    domains: ['protonmail.ch', 'proton.ch', 'protonmail.com'],
    include: '_spf.protonmail.ch',
  },
  { id: 'yahoo', name: 'Yahoo', domains: ['yahoo.com', 'yahoodns.net', 'aol.com'] },
  { id: 'icloud', name: 'iCloud', domains: ['icloud.com', 'me.com', 'apple.com'], include: 'icloud.com' },
  { id: 'ovhcloud', name: 'OVHcloud', domains: ['ovh.net', 'ovh.com'], include: 'mx.ovh.com' },
  { id: 'gandi', name: 'Gandi', domains: ['gandi.net'], include: '_mailcust.gandi.net' },
  { id: 'infomaniak', name: 'Infomaniak', domains: ['infomaniak.ch', 'infomaniak.com'], include: 'spf.infomaniak.ch' },
  { id: 'ionos', name: 'IONOS', domains: ['kundenserver.de', 'ionos.com', 'ionos.de', 'perfora.net'] },
  { id: 'orange', name: 'Orange', domains: ['orange.fr', 'wanadoo.fr'] },
  { id: 'free', name: 'Free', domains: ['free.fr', 'proxad.net'] },
  { id: 'mimecast', name: 'Mimecast', domains: ['mimecast.com', 'mimecast.co.za'] },
  { id: 'proofpoint', name: 'Proofpoint', domains: ['pphosted.com', 'ppe-hosted.com'] },
  { id: 'barracuda', name: 'Barracuda', domains: ['barracudanetworks.com', 'cudasvc.com'] },
  { id: 'cisco', name: 'Cisco Secure Email', domains: ['iphmx.com', 'cisco.com'] },
  { id: 'mailinblack', name: 'Mailinblack', domains: ['mailinblack.com'] },
  { id: 'stripe', name: 'Stripe', domains: ['stripe.com'] },
  { id: 'docusign', name: 'DocuSign', domains: ['docusign.net', 'docusign.com'] },
]

/** Tells the service that a name (A-labels, lower case) lies in; null where no known one. */
export type ServiceFinder = (name: string) => KnownService | null

/** A finder over a list. Of two services with the same domain the later has it. */
export function serviceFinder(services: readonly KnownService[]): ServiceFinder {
  const byDomain = new Map(services.flatMap((service) => service.domains.map((domain) => [domain, service])))
  return (name) => {
    const labels = name.split('.')
    for (let at = 0; at < labels.length - 1; at++) {
      const service = byDomain.get(labels.slice(at).join('.'))
      if (service) return service
    }
    return null
  }
}

/** A finder over the list that comes with the panel. */
export const serviceOf = serviceFinder(KNOWN_SERVICES)
