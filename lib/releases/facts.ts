import type { StorageFormat, SuspendMode, DkimKeyState } from '@/lib/db/generated/enums'

/**
 * What the renderers know of a domain and of one address: plain values, loaded by `load-facts.ts`. Renderers are pure
 * functions of these.
 */
export interface DomainFacts {
  name: string
  /** Names of its alias domains that are not deleted. */
  aliasNames: string[]
  isDeleted: boolean
  suspendMode: SuspendMode | null
  catchAllTarget: string | null
  /** Where mail for postmaster, abuse, root and MAILER-DAEMON goes when nobody owns the address; null: nowhere known. */
  postmasterTarget: string | null
  /** `host:port` of the LMTP server of the home node; null: no home yet. */
  lmtp: string | null
  signingKeys: SigningKeyFacts[]
}

export interface SigningKeyFacts {
  id: string
  selector: string
  /** `rsa-sha256` or `ed25519-sha256` (RFC 8463). */
  algorithm: string
  state: DkimKeyState
  privateKeyHash: string | null
}

export interface MailboxFacts {
  storageId: string
  format: StorageFormat
  quotaBytes: number
  passwordHash: string
  isImapEnabled: boolean
  isPop3Enabled: boolean
  isSubmissionEnabled: boolean
  isSieveEnabled: boolean
  isSendOnly: boolean
  isDisabled: boolean
  isDeleted: boolean
  forwardTargets: string[]
  forwardKeepsCopy: boolean
  credentials: { login: string; hash: string; services: string[] }[]
}

export interface AliasFacts {
  targets: string[]
  /** Disabled, expired or deleted. */
  isOff: boolean
}

export interface AddressFacts {
  localPart: string
  mailbox: MailboxFacts | null
  alias: AliasFacts | null
  /** A former owner's address that nobody else may get yet. */
  isTombstone: boolean
  /** Log-ins (addresses of mailboxes) that may send as this address beside its own. */
  senders: string[]
}

/** One line of one map. */
export interface Line {
  map: string
  domain: string
  key: string
  value: string
}
