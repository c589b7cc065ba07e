import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { refuseEntry } from '@/lib/agent-protocol/maps'
import { parseLocalPart } from '@/lib/addresses/address'
import { renderDovecotUser } from '@/lib/dovecot/render-user'
import { renderSigning } from '@/lib/opendkim/render-signing'
import { renderPostfixAddress, renderPostfixDomain, renderPostfixHost } from '@/lib/postfix/render-address'
import type { AddressFacts, DomainFacts } from '@/lib/releases/facts'
import { addressFacts, domainFacts, linesText, mailboxFacts } from '@/lib/releases/testing'

/** Everything that the renderers say of one address of a domain, as the golden file keeps it. */
function render(domain: DomainFacts, address: AddressFacts): string {
  return linesText([...renderPostfixAddress(domain, address), ...renderDovecotUser(domain, address)])
}

const mailbox = addressFacts({ mailbox: mailboxFacts() })
const aliasDomain = { aliasNames: ['example.example'] }
const key = {
  id: '0198c0de-0000-7000-8000-000000000001',
  selector: 'ph1',
  algorithm: 'rsa-sha256',
  privateKeyHash: 'ab'.repeat(32),
}
const ed25519 = { ...key, id: '0198c0de-0000-7000-8000-000000000002', selector: 'ph2', algorithm: 'ed25519-sha256' }

const ADDRESSES: [string, DomainFacts, AddressFacts][] = [
  ['mailbox', domainFacts(), mailbox],
  ['mailbox-alias-domain', domainFacts(aliasDomain), mailbox],
  ['mailbox-beside-catch-all', domainFacts({ ...aliasDomain, catchAllTarget: 'anna@example.test' }), mailbox],
  [
    'mailbox-forward-keep',
    domainFacts(),
    addressFacts({ mailbox: mailboxFacts({ forwardTargets: ['z@b.test', 'a@b.test'] }) }),
  ],
  [
    'mailbox-forward-away',
    domainFacts(),
    addressFacts({ mailbox: mailboxFacts({ forwardTargets: ['a@b.test'], forwardKeepsCopy: false }) }),
  ],
  ['mailbox-disabled', domainFacts(), addressFacts({ mailbox: mailboxFacts({ isDisabled: true }) })],
  [
    'mailbox-deleted',
    domainFacts(aliasDomain),
    addressFacts({ mailbox: mailboxFacts({ isDeleted: true }), isTombstone: true }),
  ],
  [
    'mailbox-send-only',
    domainFacts({ catchAllTarget: 'x@example.test' }),
    addressFacts({ mailbox: mailboxFacts({ isSendOnly: true }) }),
  ],
  [
    'mailbox-imap-only',
    domainFacts(),
    addressFacts({
      mailbox: mailboxFacts({ isPop3Enabled: false, isSubmissionEnabled: false, isSieveEnabled: false }),
    }),
  ],
  [
    'mailbox-credential',
    domainFacts(),
    addressFacts({
      mailbox: mailboxFacts({
        isImapEnabled: false,
        credentials: [{ login: 'test-1@example.test', hash: '{PLAIN}secret', services: ['smtp', 'imap'] }],
      }),
    }),
  ],
  ['mailbox-suspended-refuse', domainFacts({ suspendMode: 'refuse' }), mailbox],
  ['mailbox-suspended-retry', domainFacts({ suspendMode: 'retry' }), mailbox],
  ['mailbox-suspended-deliver', domainFacts({ suspendMode: 'deliver' }), mailbox],
  [
    'alias',
    domainFacts(aliasDomain),
    addressFacts({
      localPart: 'sales',
      alias: { targets: ['b@x.test', 'anna@example.test'], isOff: false },
      senders: ['anna@example.test'],
    }),
  ],
  [
    'alias-off',
    domainFacts({ catchAllTarget: 'x@example.test' }),
    addressFacts({ localPart: 'sales', alias: { targets: ['b@x.test'], isOff: true } }),
  ],
  ['former-owner', domainFacts({ catchAllTarget: 'x@example.test' }), addressFacts({ isTombstone: true })],
  ['nobody', domainFacts(), addressFacts()],
  ['postmaster-of-nobody', domainFacts(aliasDomain), addressFacts({ localPart: 'postmaster' })],
  [
    'postmaster-deleted',
    domainFacts(),
    addressFacts({ localPart: 'postmaster', mailbox: mailboxFacts({ isDeleted: true }), isTombstone: true }),
  ],
  ['postmaster-mailbox', domainFacts(), addressFacts({ localPart: 'postmaster', mailbox: mailboxFacts() })],
  [
    'postmaster-to-itself',
    domainFacts({ postmasterTarget: 'postmaster@example.test' }),
    addressFacts({ localPart: 'postmaster' }),
  ],
  ['of-deleted-domain', domainFacts({ isDeleted: true }), mailbox],
]

const DOMAINS: [string, DomainFacts][] = [
  ['domain', domainFacts()],
  ['domain-without-home', domainFacts({ lmtp: null })],
  ['domain-alias-catch-all', domainFacts({ ...aliasDomain, catchAllTarget: 'anna@example.test' })],
  ['domain-signing', domainFacts({ signingKeys: [{ ...key, state: 'active' }] })],
  [
    'domain-signing-twice',
    domainFacts({
      signingKeys: [
        { ...ed25519, state: 'active' },
        { ...key, state: 'active' },
      ],
    }),
  ],
  ['domain-key-not-active', domainFacts({ signingKeys: [{ ...key, state: 'published' }] })],
  ['domain-deleted', domainFacts({ isDeleted: true, signingKeys: [{ ...key, state: 'active' }] })],
]

describe('golden files', () => {
  test.each(ADDRESSES)('address %s', async (name, domain, address) => {
    await expect(render(domain, address)).toMatchFileSnapshot(`golden/address-${name}.txt`)
  })
  test.each(DOMAINS)('%s', async (name, domain) => {
    await expect(linesText([...renderPostfixDomain(domain), ...renderSigning(domain)])).toMatchFileSnapshot(
      `golden/${name}.txt`,
    )
  })
  test('host', async () => {
    await expect(linesText(renderPostfixHost('mx1.posthouse.test', 'o@x.test'))).toMatchFileSnapshot('golden/host.txt')
    expect(renderPostfixHost('mx1.posthouse.test', null)).toEqual([])
  })
})

test('every accepted local part renders to lines that a node takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 70 }), fc.boolean(), (typed, hasCatchAll) => {
      const parsed = parseLocalPart(typed)
      if (!parsed.ok) return
      const domain = domainFacts({ ...aliasDomain, catchAllTarget: hasCatchAll ? 'c@example.test' : null })
      const address = addressFacts({
        localPart: parsed.localPart,
        mailbox: mailboxFacts(),
        senders: [`${parsed.localPart}@example.test`],
      })
      for (const line of [...renderPostfixAddress(domain, address), ...renderDovecotUser(domain, address)])
        expect(refuseEntry(['smtp', 'imap'], line.map, line.domain, line.key, line.value)).toBeNull()
    }),
    { numRuns: 2000 },
  )
})
