import { readFileSync } from 'node:fs'

const NAMES = [
  'smtp/main.cf',
  'smtp/master.cf',
  'smtp/header-checks-in',
  'smtp/header-checks-out',
  'smtp/reject-footers',
  'smtp/srs-senders',
  'smtp/transports',
  'smtp/lmtp-status',
  'smtp/policyd-spf.conf',
  'smtp/opendkim-sign.conf',
  'smtp/opendkim-sign-ed25519.conf',
  'smtp/opendkim-verify.conf',
  'smtp/opendmarc.conf',
  'smtp/unbound-lib.conf',
  'smtp/from-check.lua',
  'smtp/dovecot.conf',
  'imap/common.conf',
  'imap/dovecot.conf',
  'imap/sql.conf',
  'dns/knot.conf',
  'dns/unbound.conf',
  'dns/root.zone',
  'dns/lab.zone',
] as const
export type TemplateName = (typeof NAMES)[number]
export type Templates = Readonly<Record<TemplateName, string>>

/** Reads the base configuration, which lies beside this file. */
export function readTemplates(): Templates {
  const read = (name: TemplateName) => [name, readFileSync(new URL(name, import.meta.url), 'utf8')] as const
  return Object.fromEntries(NAMES.map(read)) as Record<TemplateName, string>
}
