import type { NodeConfig } from '@/lib/agent-protocol/node-config'
import type { Templates } from '@/companion/templates'
import type { RenderedFile } from './rendered'
import { requireListen } from './listen'
import { fillTemplate } from './template'

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** `host:port` as master.cf wants it; only the port where the service listens on all addresses. */
function masterAddress(config: NodeConfig, service: string): string {
  const { host, port } = requireListen(config, service)
  return isWildcard(host) ? String(port) : `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * The base configuration of role smtp (Postfix, the three OpenDKIM, OpenDMARC, SPF policy) as files below `dir`. The same
 * node.json gives the same bytes.
 */
export function renderSmtp(templates: Templates, config: NodeConfig, dir: string): RenderedFile[] {
  const { host } = requireListen(config, 'smtp')
  const srs = requireListen(config, 'srs')
  const everywhere = isWildcard(host)
  const hostNamePattern = config.hostName.replaceAll('.', '\\.')
  const own = [...new Set([...config.publicAddresses, ...(everywhere ? [] : [host])])]
  const common = { dir, hostName: config.hostName }
  const file = (path: string, text: string): RenderedFile => ({ path, text, mode: 0o644 })
  return [
    file(
      'etc/postfix/main.cf',
      fillTemplate(templates['smtp/main.cf'], {
        ...common,
        protocols: everywhere ? 'all' : 'ipv4',
        // Other loopback addresses than 127.0.0.1 are no interface to Postfix: master.cf names them, this line cannot.
        interfaces: everywhere ? 'all' : '127.0.0.1',
        proxyInterfaces: own.join(', '),
        hostNamePattern,
        srsHost: srs.host,
        srsPort: String(srs.port),
        srsReverse: masterAddress(config, 'srsReverse'),
        bindAddress: config.smtpBindAddress,
        smtpPort: String(config.smtpPort),
        lmtpTls: config.lmtpPeers.length === 0 ? 'may' : 'fingerprint',
        lmtpPeers: config.lmtpPeers.join(' '),
        quotaPolicies: config.quotaPolicies.map(
          (address) => `    check_policy_service { inet:${address}, timeout=5s, default_action=DUNNO }`,
        ),
      }),
    ),
    file(
      'etc/postfix/master.cf',
      fillTemplate(templates['smtp/master.cf'], {
        dir,
        smtp: masterAddress(config, 'smtp'),
        submission: masterAddress(config, 'submission'),
        smtps: masterAddress(config, 'smtps'),
        srs: masterAddress(config, 'srs'),
        srsForward: masterAddress(config, 'srsForward'),
      }),
    ),
    file('etc/postfix/header-checks-in', fillTemplate(templates['smtp/header-checks-in'], { hostNamePattern })),
    file('etc/postfix/header-checks-out', templates['smtp/header-checks-out']),
    file('etc/postfix/reject-footers', templates['smtp/reject-footers']),
    file('etc/postfix/srs-senders', templates['smtp/srs-senders']),
    file('etc/postfix/transports', templates['smtp/transports']),
    file('etc/postfix/lmtp-status', templates['smtp/lmtp-status']),
    file(
      'etc/postfix/policyd-spf.conf',
      fillTemplate(templates['smtp/policyd-spf.conf'], {
        hostName: config.hostName,
        skipAddresses: config.isLab ? '192.0.2.254/32' : '127.0.0.0/8,::1/128',
      }),
    ),
    file('etc/opendkim/opendkim-sign.conf', fillTemplate(templates['smtp/opendkim-sign.conf'], { dir })),
    file(
      'etc/opendkim/opendkim-sign-ed25519.conf',
      fillTemplate(templates['smtp/opendkim-sign-ed25519.conf'], { dir }),
    ),
    file(
      'etc/opendkim/opendkim-verify.conf',
      fillTemplate(templates['smtp/opendkim-verify.conf'], {
        ...common,
        resolver: config.resolver === '' ? [] : [`ResolverConfiguration ${dir}/etc/opendkim/resolver.conf`],
      }),
    ),
    ...(config.resolver === ''
      ? []
      : [
          file(
            'etc/opendkim/resolver.conf',
            fillTemplate(templates['smtp/unbound-lib.conf'], { resolver: config.resolver.replace(/:(\d+)$/, '@$1') }),
          ),
        ]),
    file('etc/opendkim/internal-hosts', '127.0.0.1\n::1\nlocalhost\n'),
    // An address of the documentation range: there is nobody whose mail the verifier would skip.
    file('etc/opendkim/nobody', '192.0.2.254\n'),
    file(
      'etc/opendkim/from-check.lua',
      fillTemplate(templates['smtp/from-check.lua'], {
        postmap: `postmap -c ${dir}/etc/postfix -q - lmdb:${dir}/maps/senders`,
      }),
    ),
    file('etc/opendmarc/opendmarc.conf', fillTemplate(templates['smtp/opendmarc.conf'], common)),
    file('etc/opendmarc/ignore-hosts', config.isLab ? '192.0.2.254\n' : '127.0.0.1\n::1\n'),
  ]
}
