/** One of lexicon's providers: its options with what lexicon says of each (in English, as it is). */
export interface LexiconService {
  /** As lexicon calls it. */
  id: string
  title: string
  options: readonly { option: string; help: string }[]
  /** True where publishing through it runs against a real server in our tests; the others rest on lexicon's own. */
  isTried: boolean
  /** Options that nobody has to choose. */
  presets: Readonly<Record<string, string>>
  /** The preference of an MX goes beside its host, not before it. */
  hasPriority: boolean
  /** Writes single records; others may read a name's records and write all of them back. */
  isByRecord: boolean
  /** How the domain itself is named. */
  apex: 'name' | '@'
}

/** Our tests publish through these to a real server (`lexicon.daemon.test.ts`). */
const TRIED = ['powerdns']
const WITH_PRIORITY = [
  ...['cloudns', 'conoha', 'dnsimple', 'easyname', 'euserv', 'exoscale', 'henet', 'hostingde', 'infoblox'],
  ...['internetbs', 'namecom', 'netcup', 'online', 'plesk', 'porkbun', 'safedns'],
]
/** As their sources in lexicon show. */
const BY_RECORD = [
  ...['cloudflare', 'digitalocean', 'dnsimple', 'dnsmadeeasy', 'hetzner', 'infomaniak', 'inwx', 'linode4', 'luadns'],
  ...['namecom', 'namesilo', 'netcup', 'online', 'ovh', 'porkbun', 'vultr'],
]
/** Gandi has switched off the protocol that lexicon takes for it by default, and its paths need a name. */
const PRESETS: Record<string, Record<string, string>> = { gandi: { api_protocol: 'rest' } }
const APEX_AT = ['gandi']

function service(id: string, title: string, options: Record<string, string>): LexiconService {
  return {
    id,
    title,
    options: Object.entries(options).map(([option, help]) => ({ option, help })),
    isTried: TRIED.includes(id),
    presets: PRESETS[id] ?? {},
    hasPriority: WITH_PRIORITY.includes(id),
    isByRecord: BY_RECORD.includes(id),
    apex: APEX_AT.includes(id) ? '@' : 'name',
  }
}

/**
 * What Debian's lexicon 3.11 can write to with the packages that we install; left out are those whose libraries Debian does
 * not have. A test compares this list with the installed program.
 */
export const LEXICON_SERVICES: readonly LexiconService[] = [
  service('aliyun', 'Alibaba Cloud (Aliyun)', {
    auth_key_id: 'access key id for authentication',
    auth_secret: 'access secret for authentication',
  }),
  service('route53', 'Amazon Route 53', {
    auth_access_key: 'ACCESS_KEY for authentication',
    auth_access_secret: 'ACCESS_SECRET for authentication',
    private_zone:
      'indicates what kind of hosted zone to use. If true, use only private zones. If false, use only public zones',
    zone_id: "the AWS HostedZone ID to use; e.g. 'A1B2ZABCDEFGHI'",
    auth_username: 'alternative way to specify the ACCESS_KEY for authentication',
    auth_token: 'alternative way to specify the ACCESS_SECRET for authentication',
  }),
  service('aurora', 'Aurora DNS', {
    auth_api_key: 'API key for authentication',
    auth_secret_key: 'the secret key for authentication',
  }),
  service('azure', 'Azure DNS', {
    auth_client_id: 'the client ID (aka application ID) of the App registration',
    auth_client_secret: 'the client secret of the App registration',
    auth_tenant_id: 'the tenant ID (aka directory ID) of the App registration',
    auth_subscription_id: 'the subscription ID attached to the resource group',
    resource_group: 'the resource group hosting the DNS zone to edit',
  }),
  service('cloudflare', 'Cloudflare', {
    auth_username: 'email address for authentication (for Global API key only)',
    auth_token: 'token for authentication (Global API key or API token)',
    zone_id: 'the zone id (if set, API token can be scoped to the target zone)',
  }),
  service('cloudns', 'ClouDNS', {
    auth_id: 'user id for authentication',
    auth_subid: 'subuser id for authentication',
    auth_subuser: 'subuser name for authentication',
    auth_password: 'password for authentication',
    weight: 'the SRV record weight',
    port: 'the SRV record port',
  }),
  service('cloudxns', 'CloudXNS', {
    auth_username: 'API-KEY for authentication',
    auth_token: 'SECRET-KEY for authentication',
  }),
  service('conoha', 'ConoHa', {
    auth_region: 'region. If empty, region `tyo1` will be used.',
    auth_token: 'token for authentication. If empty, the username and password will be used to create a token.',
    auth_username: 'api username for authentication. Only used if --auth-token is empty.',
    auth_password: 'api user password for authentication. Only used if --auth-token is empty.',
    auth_tenant_id: 'tenand id for authentication. Only used if --auth-token is empty.',
  }),
  service('constellix', 'Constellix', {
    auth_username: 'the API key username for authentication',
    auth_token: 'secret key for authenticate=',
  }),
  service('digitalocean', 'DigitalOcean', {
    auth_token: 'token for authentication',
  }),
  service('dinahosting', 'dinahosting', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('directadmin', 'DirectAdmin', {
    auth_password: 'password for authentication (or login key for two-factor authentication)',
    auth_username: 'username for authentication',
    endpoint: 'the DirectAdmin endpoint',
  }),
  service('dnsmadeeasy', 'DNS Made Easy', {
    auth_username: 'username for authentication',
    auth_token: 'token for authentication',
  }),
  service('dnspark', 'DNS Park', {
    auth_username: 'api key for authentication',
    auth_token: 'token for authentication',
  }),
  service('dnsimple', 'DNSimple', {
    auth_token: 'api token for authentication',
    auth_username: 'email address for authentication',
    auth_password: 'password for authentication',
    auth_2fa: 'two-factor auth token (OTP) to use with email/password authentication',
  }),
  service('dnspod', 'DNSPod', {
    auth_username: 'api id for authentication',
    auth_token: 'token for authentication',
  }),
  service('dreamhost', 'DreamHost', {
    auth_token: 'api key for authentication',
  }),
  service('dynu', 'Dynu', {
    auth_token: 'api key for authentication',
  }),
  service('easydns', 'easyDNS', {
    auth_username: 'username for authentication',
    auth_token: 'token for authentication',
  }),
  service('easyname', 'easyname', {
    auth_username: 'username used to authenticate',
    auth_password: 'password used to authenticate',
  }),
  service('euserv', 'EUserv', {
    auth_username: 'email address for authentication',
    auth_password: 'password for authentication',
  }),
  service('exoscale', 'Exoscale', {
    auth_key: 'API key for authentication',
    auth_secret: 'API secret for authentication',
  }),
  service('gandi', 'Gandi', {
    auth_token: 'Gandi API key',
  }),
  service('gehirn', 'Gehirn', {
    auth_token: 'access token for authentication',
    auth_secret: 'access secret for authentication',
  }),
  service('glesys', 'GleSYS', {
    auth_username: 'username (CL12345)',
    auth_token: 'API key',
  }),
  service('godaddy', 'GoDaddy', {
    auth_key: 'the key to access the API',
    auth_secret: 'the secret to access the API',
  }),
  service('googleclouddns', 'Google Cloud DNS', {
    auth_service_account_info:
      "the service account info in the Google JSON format: can be either the path of a file prefixed by 'file::' (eg. file::/tmp/service_account_info.json) or the base64 encoded content of this file prefixed by 'base64::' (eg. base64::eyJhbGciOyJ...)",
  }),
  service('gratisdns', 'GratisDNS', {
    auth_username: 'email address for authentication',
    auth_password: 'password for authentication',
  }),
  service('hetzner', 'Hetzner', {
    auth_token: 'Hetzner DNS API token',
  }),
  service('hostingde', 'hosting.de', {
    auth_token: 'api key for authentication',
  }),
  service('hover', 'Hover', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('henet', 'Hurricane Electric', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('infoblox', 'Infoblox', {
    auth_user: 'the user to access the Infoblox WAPI',
    auth_psw: 'the password to access the Infoblox WAPI',
    ib_view: 'DNS View to manage at the Infoblox',
    ib_host: 'Infoblox Host exposing the WAPI',
  }),
  service('infomaniak', 'Infomaniak', {
    auth_token: 'the token',
  }),
  service('internetbs', 'Internet.bs', {
    auth_key: 'API key for authentication',
    auth_password: 'password for authentication',
  }),
  service('inwx', 'INWX', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('joker', 'Joker.com', {
    auth_token: 'the API Key to connect to the Joker.com API',
  }),
  service('linode4', 'Linode', {
    auth_token: 'api key for authentication',
  }),
  service('linode', 'Linode (API v3)', {
    auth_token: 'api key for authentication',
  }),
  service('luadns', 'LuaDNS', {
    auth_username: 'email address for authentication',
    auth_token: 'token for authentication',
  }),
  service('memset', 'Memset', {
    auth_token: 'API key for authentication',
  }),
  service('misaka', 'Misaka', {
    auth_token: 'token for authentication',
  }),
  service('mythicbeasts', 'Mythic Beasts', {
    auth_username: 'API credentials username',
    auth_password: 'API credentials password',
    auth_token: 'API token for authentication',
  }),
  service('namecom', 'Name.com', {
    auth_username: 'a username',
    auth_token: 'an API token',
  }),
  service('namecheap', 'Namecheap', {
    auth_token: 'api token for authentication',
    auth_username: 'username for authentication',
    auth_client_ip: 'Client IP address to send to Namecheap API calls',
    auth_sandbox: 'Whether to use the sandbox server',
  }),
  service('namesilo', 'NameSilo', {
    auth_token: 'key for authentication',
  }),
  service('nfsn', 'NearlyFreeSpeech.NET', {
    auth_username: 'username used to authenticate',
    auth_token: 'token used to authenticate',
  }),
  service('netcup', 'netcup', {
    auth_customer_id: 'customer number for authentication',
    auth_api_key: 'API key for authentication',
    auth_api_password: 'API password for authentication',
  }),
  service('njalla', 'Njalla', {
    auth_token: 'API token for authentication',
  }),
  service('nsone', 'NS1', {
    auth_token: 'token for authentication',
  }),
  service('onapp', 'OnApp', {
    auth_username: 'email address of the OnApp account',
    auth_token: 'API Key for the OnApp account',
    auth_server: 'URL to the OnApp Control Panel Server',
  }),
  service('online', 'Online (Scaleway Dedibox)', {
    auth_token: 'private api token',
  }),
  service('ovh', 'OVHcloud', {
    auth_entrypoint:
      'the OVH entrypoint: ovh-eu, ovh-us, ovh-ca, soyoustart-eu, soyoustart-ca, kimsufi-eu or kimsufi-ca',
    auth_application_key: 'the application key',
    auth_application_secret: 'the application secret',
    auth_consumer_key: 'the consumer key',
  }),
  service('plesk', 'Plesk', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
    plesk_server: 'URL to the Plesk Web UI, including the port',
  }),
  service('pointhq', 'PointDNS', {
    auth_username: 'email address for authentication',
    auth_token: 'token for authentication',
  }),
  service('porkbun', 'Porkbun', {
    auth_key: 'API key for authentication',
    auth_secret: 'secret API key for authentication',
  }),
  service('powerdns', 'PowerDNS (through lexicon)', {
    auth_token: 'token for authentication',
    pdns_server: 'URI for PowerDNS server',
    pdns_server_id: 'Server ID to interact with',
    pdns_disable_notify: 'Disable slave notifications from master',
  }),
  service('rackspace', 'Rackspace', {
    auth_account: 'account number for authentication',
    auth_username: 'username for authentication. Only used if --auth-token is empty.',
    auth_api_key: 'api key for authentication. Only used if --auth-token is empty.',
    auth_token: 'token for authentication. If empty, the username and api key will be used to create a token.',
    sleep_time: 'number of seconds to wait between update requests.',
  }),
  service('rage4', 'Rage4', {
    auth_username: 'email address for authentication',
    auth_token: 'token for authentication',
  }),
  service('rcodezero', 'RcodeZero', {
    auth_token: 'token for authentication',
  }),
  service('sakuracloud', 'Sakura Cloud', {
    auth_token: 'access token for authentication',
    auth_secret: 'access secret for authentication',
  }),
  service('transip', 'TransIP', {
    auth_username: 'username for authentication',
    auth_api_key:
      "the private key to use for API authentication, in PEM format: can be either the path of the key file (eg. /tmp/key.pem) or the base64 encoded content of this file prefixed by 'base64::' (eg. base64::eyJhbGciOyJ...)",
    auth_key_is_global: 'set this flag is the private key used is a global key with no IP whitelist restriction',
  }),
  service('safedns', 'UKFast SafeDNS', {
    auth_token: 'the API key to authenticate with',
  }),
  service('ultradns', 'UltraDNS', {
    auth_token: 'token for authentication; if not set --auth-token, --auth-password are used',
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('valuedomain', 'Value-Domain', {
    auth_token: 'youyr API token',
  }),
  service('vercel', 'Vercel', {
    auth_token: 'your API token',
  }),
  service('vultr', 'Vultr', {
    auth_token: 'token for authentication',
  }),
  service('webgo', 'webgo', {
    auth_username: 'username for authentication',
    auth_password: 'password for authentication',
  }),
  service('yandexcloud', 'Yandex Cloud', {
    auth_token: 'the IAM token (https://cloud.yandex.com/en/docs/dns/api-ref/authentication)',
    dns_zone_id: 'the DNS Zone ID (can be obtained from web interface)',
    cloud_id:
      'the Cloud ID (visible in the cloud selector in the web interface), might be needed if DNS zone ID is not set',
    folder_id:
      'the Folder ID (https://cloud.yandex.com/en/docs/resource-manager/operations/folder/get-id) might be needed if DNS zone ID is not set',
  }),
  service('yandex', 'Yandex PDD', {
    auth_token: 'PDD token (https://yandex.com/dev/domain/doc/concepts/access.html)',
  }),
  service('zeit', 'ZEIT (now Vercel)', {
    auth_token: 'your API token',
  }),
  service('zilore', 'Zilore', {
    auth_key: 'the Zilore API key to use',
  }),
  service('zonomi', 'Zonomi', {
    auth_token: 'token for authentication',
    auth_entrypoint: 'use Zonomi or Rimuhosting API',
  }),
]

/** The service of that name, or undefined where it is not in the list. */
export function findService(id: string): LexiconService | undefined {
  return LEXICON_SERVICES.find((known) => known.id === id)
}
