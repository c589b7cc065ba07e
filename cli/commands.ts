import type { Command } from '@/cli/command'

/** Every command; what it needs is loaded when it runs, so that those without a database need none. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'status',
    usage: 'status [--json]',
    help: 'Nodes, the release each runs, and what needs somebody.\nExit code 1 where a node is behind or down.',
    run: async (args, io) => (await import('@/cli/status')).status(args, io),
  },
  {
    name: 'domain add',
    usage: 'domain add <name>',
    help: 'Takes a domain on.\nThe worker makes its DKIM key and publishes its records where a provider is set.',
    run: async (args, io) => (await import('@/cli/domain')).domainAdd(args, io),
  },
  {
    name: 'domain list',
    usage: 'domain list [--json]',
    help: 'Domains with their numbers.',
    run: async (args, io) => (await import('@/cli/domain')).domainList(args, io),
  },
  {
    name: 'mailbox add',
    usage: 'mailbox add <address> [--name TEXT] [--quota MEBIBYTES] [--password-stdin]',
    help: 'Creates a mailbox.\nWithout --password-stdin a password is made and printed once on standard output.',
    run: async (args, io) => (await import('@/cli/mailbox')).mailboxAdd(args, io),
  },
  {
    name: 'dns show',
    usage: 'dns show <domain> [--json]',
    help: 'The records a domain should have and what DNS says, and their zone text.',
    run: async (args, io) => (await import('@/cli/dns')).dnsShow(args, io),
  },
  {
    name: 'check',
    usage: 'check <domain> [--json]',
    help: 'Has the worker run every check of a domain, and says what is wrong and what to do.\nExit code 1 where something is broken.',
    run: async (args, io) => (await import('@/cli/check')).check(args, io),
  },
  {
    name: 'dkim show',
    usage: 'dkim show <domain> [--json]',
    help: 'The signing keys of a domain, what each waits for, and when the next one comes.\nExit code 3 where none signs.',
    run: async (args, io) => (await import('@/cli/dkim')).dkimShow(args, io),
  },
  {
    name: 'dkim rotate',
    usage: 'dkim rotate <domain>',
    help: 'Begins the rotation of a domain’s signing keys.\nThe worker makes them, waits until DNS has their records everywhere, and switches.',
    run: async (args, io) => (await import('@/cli/dkim')).dkimRotate(args, io),
  },
  {
    name: 'test',
    usage: 'test <domain> [--probe NAME] [--json]',
    help: 'Sends a real message from the domain to a probe and back and says what it proved.\nExit code 1 where it is not proven.',
    run: async (args, io) => (await import('@/cli/test')).test(args, io),
  },
  {
    name: 'reports parse',
    usage: 'reports parse <path…> [--json]',
    help: 'Reads reports (DMARC aggregate and failure, TLS) and stores nothing; needs no database.\nXML or JSON, plain, in gzip or zip, or a mail with one; an mbox, a Maildir, a folder of such files.\n--json prints one JSON object a line: file, kind (aggregate, failure, tls, null), state (valid, rejected, failed), reason (a code, null when valid), message (the reason in English), detail, report.\nExit code 1 where one is rejected or cannot be read.',
    run: async (args, io) => (await import('@/cli/reports')).reportsParse(args, io),
  },
  {
    name: 'reports import',
    usage: 'reports import <path…> [--json]',
    help: 'Stores reports, from whatever `reports parse` reads; one that cannot be read never stops the others.\n--json prints one JSON object a line: file, kind, state (stored, duplicate, foreign, rejected, failed), reason, domain, messages, reportId.\nExit code 1 where one is rejected or failed.',
    run: async (args, io) => (await import('@/cli/reports')).reportsImport(args, io),
  },
  {
    name: 'reports retry',
    usage: 'reports retry --all | <id…> [--json]',
    help: 'Reads reports again that failed and whose original is kept: all of them, or those with these ids.\nThe worker does so by itself five times in the hours after it failed; files that were rejected are not kept: give them again.\n--json prints one JSON object a line: id, file, kind, state, reason, domain, messages, reportId.\nExit code 1 where one is rejected or fails again.',
    run: async (args, io) => (await import('@/cli/reports')).reportsRetry(args, io),
  },
  {
    name: 'reports services',
    usage: 'reports services [--import FILE | --reset] [--json]',
    help: 'The services that senders in reports are told by: id, name, domains.\nFILE holds JSON as --json prints it: an entry replaces the one with its id, a new id is added, one without domains is taken away.\n--reset goes back to the list that comes with the panel.',
    run: async (args, io) => (await import('@/cli/report-services')).reportServices(args, io),
  },
  {
    name: 'node add',
    usage: 'node add --code CODE',
    help: 'Adds a mail node by the pairing code that its agent printed.\n--code - reads it from standard input.',
    run: async (args, io) => (await import('@/cli/node')).nodeAdd(args, io),
  },
  {
    name: 'probe add',
    usage: 'probe add',
    help: 'Adds a mailbox elsewhere that tests are sent to.\nReads JSON from standard input: name, grade (inside, outside), isStandIn, address, imapHost, imapPort, submissionHost, submissionPort, user, password.',
    run: async (args, io) => (await import('@/cli/node')).probeAdd(args, io),
  },
  {
    name: 'provider add',
    usage: 'provider add',
    help: 'Adds a place where DNS records are published.\nReads JSON from standard input: name, kind (rfc2136, powerdns, lexicon), and by kind: server, port, keyName, algorithm, secret; url, serverId, secret; service, credential_<option>. Also zone, ttlSeconds.',
    run: async (args, io) => (await import('@/cli/provider')).providerAdd(args, io),
  },
  {
    name: 'provider list',
    usage: 'provider list [--json]',
    help: 'Places where DNS records are published: name, kind, domains, last attempt. Never their credentials.',
    run: async (args, io) => (await import('@/cli/provider')).providerList(args, io),
  },
  {
    name: 'provider remove',
    usage: 'provider remove <name>',
    help: 'Forgets a DNS provider and its credential.\nRefused while a domain is published there.',
    run: async (args, io) => (await import('@/cli/provider')).providerRemove(args, io),
  },
  {
    name: 'lab connect',
    usage: 'lab connect <file>',
    help: 'Takes in the nodes, DNS server and probes that the native companion reported.\nRunning it again changes nothing.',
    run: async (args, io) => (await import('@/cli/lab')).labConnect(args, io),
  },
  {
    name: 'backup',
    usage: 'backup <file>',
    help: 'Writes database, secrets and the mail of the native nodes into one archive.\nWhoever can read it can read all of that: keep it as you keep the server.',
    run: async (args, io) => (await import('@/cli/transfer')).backup(args, io),
  },
  {
    name: 'restore',
    usage: 'restore <file>',
    help: 'Brings back a backup into an empty database and a new folder of state.\nEverybody signs in anew; the nodes are brought to the restored state.',
    run: async (args, io) => (await import('@/cli/transfer')).restore(args, io),
  },
  {
    name: 'setup-link',
    usage: 'setup-link',
    help: 'Prints the one-time link that creates the owner, while there is none.\nExit code 1 where there is an owner already.',
    run: async (args, io) => (await import('@/cli/setup-link')).setupLink(args, io),
  },
]
