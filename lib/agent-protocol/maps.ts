import { z } from 'zod'

/**
 * The maps a node may hold: what a key and a value may look like. The agent refuses the rest, whoever sends it, so a
 * panel in wrong hands can name no program, file or parameter on a mail node.
 */

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const DOMAIN = `(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*`
/** What MAIL rule 13 leaves of a local part; the `+` of a tag is the delimiter and never stored. A leading `#` would make a line of a map a comment. */
const LOCAL = "(?![-#])(?!.*\\.\\.)(?!\\.)[a-z0-9!#$&'*=?^_`{}~.-]{1,64}(?<![.])"

const domainPattern = new RegExp(`^${DOMAIN}$`)
const localPattern = new RegExp(`^${LOCAL}$`)

const SERVICES = ['imap', 'pop3', 'smtp', 'sieve', 'lmtp'] as const
/** What a user may be served: `smtp` is submission; `lmtp` is delivery. */
export type MailService = (typeof SERVICES)[number]

export function isDomainName(text: string): boolean {
  return domainPattern.test(text)
}

/** True for `local@domain` in stored form: lower case, A-labels, no tag, no quoting. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  return at > 0 && localPattern.test(text.slice(0, at)) && isDomainName(text.slice(at + 1))
}

/** True where `text` is an address, with a tag allowed in its local part (a forwarding target elsewhere may have one). */
export function isTarget(text: string): boolean {
  const at = text.lastIndexOf('@')
  return at > 0 && isAddress(text.slice(0, at).replaceAll('+', '.x') + text.slice(at))
}

/** Value of `imap/users`: what Dovecot needs of one mailbox. No password: nobody logs in, mail is still taken. */
export const userValue = z.strictObject({
  home: z.string().regex(/^[a-z0-9]{12,32}$/),
  format: z.enum(['maildir', 'mbox']),
  quotaBytes: z.int().min(0),
  services: z.array(z.enum(SERVICES)),
  password: z
    .string()
    .regex(/^\{[A-Z0-9.-]{2,32}\}[\x21-\x7e]{4,512}$/)
    .nullable(),
})
export type UserValue = z.infer<typeof userValue>

/** Value of `imap/credentials`: another log-in of a mailbox. */
export const credentialValue = z.strictObject({
  user: z.string().refine(isAddress),
  services: z.array(z.enum(SERVICES)),
  password: z.string().regex(/^\{[A-Z0-9.-]{2,32}\}[\x21-\x7e]{4,512}$/),
})
export type CredentialValue = z.infer<typeof credentialValue>

/** What a node is called by the panel and by itself; no name of DNS. */
export const nodeName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/)

/** Value of `node/settings`, whose key is the name of the node that it is for: the others hold it and do not apply it. */
export const nodeSettings = z.strictObject({
  hostName: z.string().refine(isDomainName),
  messageSizeLimitBytes: z.int().min(1_000_000).max(1_000_000_000),
})
export type NodeSettings = z.infer<typeof nodeSettings>

const json =
  <T>(schema: z.ZodType<T>) =>
  (value: string): boolean => {
    try {
      return schema.safeParse(JSON.parse(value)).success
    } catch {
      return false
    }
  }

const list = (text: string, check: (item: string) => boolean, most: number): boolean => {
  const items = text.split(',')
  return items.length <= most && items.every(check)
}

const inOwnDomain = (key: string, domain: string): boolean => isAddress(key) && key.endsWith(`@${domain}`)
/** An address, or `@domain` for all that is left. */
const orCatchAll = (key: string, domain: string): boolean => key === `@${domain}` || inOwnDomain(key, domain)

export type NodeRole = 'smtp' | 'imap'

/** Daemons that see some changes only when they are reloaded. */
export const RELOADABLE = ['postfix', 'opendkim-sign'] as const
export type Reloadable = (typeof RELOADABLE)[number]

export interface MapRule {
  roles: readonly NodeRole[]
  /** The daemon that must be reloaded before a change is live; none for maps that are read at each look-up. */
  reloads?: Reloadable
  /** Whether entries belong to a domain (`domain` is its name) or to the node (`domain` is empty). */
  perDomain: boolean
  key: (key: string, domain: string) => boolean
  value: (value: string, domain: string) => boolean
}

export const MAPS = {
  'smtp/domains': {
    roles: ['smtp'],
    // An smtpd that looked the domain up before keeps its answer (MAIL rule 25).
    reloads: 'postfix',
    perDomain: true,
    key: (key, domain) => key === domain,
    value: (value) => /^(hosted|alias|host)$/.test(value),
  },
  'smtp/mailboxes': {
    roles: ['smtp'],
    perDomain: true,
    key: inOwnDomain,
    value: (value) => /^[a-z0-9]{12,32}\/$/.test(value),
  },
  'smtp/aliases': { roles: ['smtp'], perDomain: true, key: orCatchAll, value: (value) => list(value, isTarget, 1000) },
  'smtp/senders': { roles: ['smtp'], perDomain: true, key: orCatchAll, value: (value) => list(value, isAddress, 1000) },
  'smtp/access': {
    roles: ['smtp'],
    perDomain: true,
    key: inOwnDomain,
    value: (value) => /^(4|5)\d\d \1\.\d\.\d{1,3} [A-Za-z0-9.,'-]{1,60}(?: [A-Za-z0-9.,'-]{1,60}){0,20}$/.test(value),
  },
  'smtp/homes': {
    roles: ['smtp'],
    perDomain: true,
    key: (key, domain) => key === domain || inOwnDomain(key, domain),
    value: (value) => /^lmtp:inet:\[?[0-9a-z.:-]{1,253}\]?:\d{1,5}$/.test(value),
  },
  'dkim/keytable': {
    roles: ['smtp'],
    reloads: 'opendkim-sign',
    perDomain: true,
    key: (key) => /^[0-9a-f-]{36}$/.test(key),
    // A selector may be several labels (RFC 6376 §3.1).
    value: (value, domain) => value.startsWith(`${domain}:`) && isDomainName(value.slice(domain.length + 1)),
  },
  'dkim/signingtable': {
    roles: ['smtp'],
    reloads: 'opendkim-sign',
    perDomain: true,
    key: (key, domain) => key === `*@${domain}`,
    value: (value) => /^[0-9a-f-]{36}$/.test(value),
  },
  /** The same for the signer of Ed25519: a signing daemon has one algorithm (MAIL rule 4). */
  'dkim/signingtable-ed25519': {
    roles: ['smtp'],
    reloads: 'opendkim-sign',
    perDomain: true,
    key: (key, domain) => key === `*@${domain}`,
    value: (value) => /^[0-9a-f-]{36}$/.test(value),
  },
  /** SHA-256 of the key's PEM; with `ed25519:` before it the key is one of those. */
  'dkim/keys': {
    roles: ['smtp'],
    reloads: 'opendkim-sign',
    perDomain: true,
    key: (key) => /^[0-9a-f-]{36}$/.test(key),
    value: (value) => /^(?:ed25519:)?[0-9a-f]{64}$/.test(value),
  },
  'imap/users': { roles: ['imap', 'smtp'], perDomain: true, key: inOwnDomain, value: json(userValue) },
  'imap/credentials': {
    roles: ['imap', 'smtp'],
    perDomain: true,
    key: inOwnDomain,
    value: (value, domain) =>
      json(credentialValue)(value) && (JSON.parse(value) as CredentialValue).user.endsWith(`@${domain}`),
  },
  'node/settings': {
    roles: ['smtp'],
    reloads: 'postfix',
    perDomain: false,
    key: (key) => nodeName.safeParse(key).success,
    value: json(nodeSettings),
  },
} as const satisfies Record<string, MapRule>

export type MapName = keyof typeof MAPS

export function isMapName(text: string): text is MapName {
  return Object.hasOwn(MAPS, text)
}

/** The daemon that must be reloaded before a change of this map is live, null where none must. */
export function reloadedBy(map: string): Reloadable | null {
  const rule: MapRule | null = isMapName(map) ? MAPS[map] : null
  return rule?.reloads ?? null
}

/**
 * What is wrong with an entry for a node of these roles, in words for an engineer, or null. Every key lies in its own
 * domain (MAIL rule 7) and neither key nor value can hold white space or control characters that would end a line.
 */
export function refuseEntry(
  roles: readonly NodeRole[],
  map: string,
  domain: string,
  key: string,
  value: string | null,
): string | null {
  if (!isMapName(map)) return `no such map: ${JSON.stringify(map.slice(0, 40))}`
  const rule: MapRule = MAPS[map]
  if (!rule.roles.some((role) => roles.includes(role)))
    return `${map} does not belong on a node of role ${roles.join(', ')}`
  if (rule.perDomain ? !isDomainName(domain) : domain !== '')
    return `${map}: wrong domain ${JSON.stringify(domain.slice(0, 80))}`
  if (!rule.key(key, domain))
    return `${map}: the key ${JSON.stringify(key.slice(0, 80))} is not allowed in ${domain || 'this map'}`
  if (value !== null && (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value) || !rule.value(value, domain)))
    return `${map}: the value of ${key} is not allowed`
  return null
}
