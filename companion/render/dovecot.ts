import type { NodeConfig } from '@/lib/agent-protocol/node-config'
import { MAIL_UID } from '@/companion/accounts'
import type { Templates } from '@/companion/templates'
import { requireListen } from './listen'
import type { RenderedFile } from './rendered'
import { fillTemplate } from './template'

const POSTFIX_AUTH = [
  '  unix_listener postfix-auth {',
  '    mode = 0660',
  '    user = postfix',
  '    group = postfix',
  '  }',
]
/** In the lab every client has an address of loopback: one person's wrong password would slow down everybody. */
const NO_PENALTY = ['service anvil {', '  unix_listener anvil-auth-penalty {', '    mode = 0', '  }', '}']
const LISTENERS = ['imap', 'imaps', 'pop3', 'pop3s', 'sieve', 'lmtp', 'doveadm', 'quota'] as const

/**
 * Dovecot as files below `dir`: with mailboxes on a node of role imap, log-in for Postfix on a node of role smtp, both
 * on a node that is both. The same node.json gives the same bytes.
 */
export function renderDovecot(templates: Templates, config: NodeConfig, dir: string): RenderedFile[] {
  const common = fillTemplate(templates['imap/common.conf'], {
    dir,
    name: config.name,
    failureDelay: config.isLab ? '0' : '2 secs',
    penalty: config.isLab ? NO_PENALTY : [],
  })
  const values = {
    dir,
    hostName: config.hostName,
    mailUid: String(MAIL_UID),
    common: common.trimEnd().split('\n'),
    postfixAuth: config.roles.includes('smtp') ? POSTFIX_AUTH : [],
  }
  const sql = fillTemplate(templates['imap/sql.conf'], { dir, mailUid: String(MAIL_UID) })
  const sqlFile: RenderedFile = { path: 'etc/dovecot/sql.conf', text: sql, mode: 0o640, group: 'dovecot' }
  if (!config.roles.includes('imap')) {
    const text = fillTemplate(templates['smtp/dovecot.conf'], values)
    return [{ path: 'etc/dovecot/dovecot.conf', text, mode: 0o644 }, sqlFile]
  }
  const listeners = LISTENERS.flatMap((service): [string, string][] => {
    const { host, port } = requireListen(config, service)
    // Dovecot writes "all addresses" as a star.
    const address = host === '0.0.0.0' ? '*' : host
    return [
      [`${service}Host`, address],
      [`${service}Port`, String(port)],
    ]
  })
  const text = fillTemplate(templates['imap/dovecot.conf'], { ...values, ...Object.fromEntries(listeners) })
  return [{ path: 'etc/dovecot/dovecot.conf', text, mode: 0o644 }, sqlFile]
}
