import type { AddressFacts, DomainFacts, Line, MailboxFacts } from '@/lib/releases/facts'

/** A domain as renderers see it, for tests; what a test is about is given. */
export function domainFacts(facts: Partial<DomainFacts> = {}): DomainFacts {
  return {
    name: 'example.test',
    aliasNames: [],
    isDeleted: false,
    suspendMode: null,
    catchAllTarget: null,
    postmasterTarget: 'owner@elsewhere.test',
    lmtp: '127.0.0.20:2424',
    signingKeys: [],
    ...facts,
  }
}

/** A mailbox as renderers see it, for tests. */
export function mailboxFacts(facts: Partial<MailboxFacts> = {}): MailboxFacts {
  return {
    storageId: 'aaaabbbbccccddddeeee',
    format: 'maildir',
    quotaBytes: 1_000_000,
    passwordHash: '{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    isImapEnabled: true,
    isPop3Enabled: true,
    isSubmissionEnabled: true,
    isSieveEnabled: true,
    isSendOnly: false,
    isDisabled: false,
    isDeleted: false,
    forwardTargets: [],
    forwardKeepsCopy: true,
    credentials: [],
    ...facts,
  }
}

/** An address that nobody owns, for tests. */
export function addressFacts(facts: Partial<AddressFacts> = {}): AddressFacts {
  return { localPart: 'anna', mailbox: null, alias: null, isTombstone: false, senders: [], ...facts }
}

/** Lines as golden files hold them: one line a line, `map domain: key value`. */
export function linesText(lines: readonly Line[]): string {
  return lines.map((line) => `${line.map} ${line.domain}: ${line.key} ${line.value}\n`).join('')
}
