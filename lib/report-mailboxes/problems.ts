/** Why a report mailbox is not watched: a closed list of codes, whose sentences say what to do. */
export const MAILBOX_PROBLEMS = [
  'wrong-password',
  'host-unknown',
  'refused',
  'unreachable',
  'certificate',
  'no-tls',
  'folder-missing',
  'done-folder',
  'mailbox-off',
  'other',
] as const
export type MailboxProblem = (typeof MAILBOX_PROBLEMS)[number]

/** What kept a mailbox from being watched, where we know it better than the error of the connection. */
export class MailboxTrouble extends Error {
  override readonly name = 'MailboxTrouble'

  constructor(
    readonly problem: MailboxProblem,
    words: string,
    options?: ErrorOptions,
  ) {
    super(words, options)
  }
}

/** Codes of sockets, TLS and the IMAP client, and what they mean. */
const BY_CODE: [RegExp, MailboxProblem][] = [
  [/^(ENOTFOUND|EAI_NONAME)$/, 'host-unknown'],
  [/^ECONNREFUSED$/, 'refused'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS_CERT/, 'certificate'],
  [
    /^(MissingServerExtension|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|STARTTLS_INJECTION)$/,
    'no-tls',
  ],
  [/TIMEOUT|^ETIMEDOUT$|^E(HOST|NET)(UNREACH|DOWN)$|^ECONNRESET$|^EPIPE$|Closed|^NoConnection$|^EAI_/, 'unreachable'],
]

interface ImapError {
  code?: unknown
  authenticationFailed?: unknown
  mailboxMissing?: unknown
  tlsFailed?: unknown
  responseText?: unknown
  response?: unknown
  _err?: unknown
}

/** What an error of a connection means, and its words for the page: of the server where it has some, at most 300 characters. */
export function problemOf(error: unknown): { code: MailboxProblem; words: string } {
  const known = (error ?? {}) as ImapError
  const own = error instanceof Error ? error.message : String(error)
  const said = [known.responseText, known.response, own].find((text) => typeof text === 'string' && text !== '')
  const words = (typeof said === 'string' ? said : own)
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .slice(0, 300)
    .toWellFormed()
  return { code: codeOf(error, known), words }
}

function codeOf(error: unknown, known: ImapError): MailboxProblem {
  if (error instanceof MailboxTrouble) return error.problem
  if (known.authenticationFailed === true) return 'wrong-password'
  if (known.mailboxMissing === true) return 'folder-missing'
  for (const code of [known.code, (known._err as ImapError | undefined)?.code]) {
    const found = typeof code === 'string' ? BY_CODE.find(([pattern]) => pattern.test(code)) : undefined
    if (found) return found[1]
  }
  return known.tlsFailed === true ? 'no-tls' : 'other'
}
