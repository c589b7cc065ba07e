import { describe, expect, it } from 'vitest'
import { judgeMail, type CheckedMail, type Claim } from '@/lib/dmarc/trust/verdict'

const google: CheckedMail = {
  fromDomains: ['google.com'],
  fromFields: 1,
  signatures: [{ domain: 'google.com', result: 'pass' }],
}
const claim = { organization: 'google.com', email: 'noreply-dmarc-support@google.com' }
const judge = (mail: Partial<CheckedMail>, said: Claim = claim) => judgeMail({ ...google, ...mail }, said)

/** As real reports have them: name, contact, From. */
const REAL = [
  ['google.com', 'noreply-dmarc-support@google.com', 'google.com'],
  ['Outlook.com', 'dmarcreport@microsoft.com', 'microsoft.com'],
  ['Yahoo! Inc.', 'postmaster@dmarc.yahoo.com', 'dmarc.yahoo.com'],
  ['xs4all.nl', 'noreply@dmarc-reports.xs4all.net', 'dmarc-reports.xs4all.net'],
  ['Mail.Ru', 'dmarc_support@corp.mail.ru', 'corp.mail.ru'],
  ['Mimecast', 'no-reply@au-1.mimecastreport.com', 'au-1.mimecastreport.com'],
  ['Google Inc.', 'smtp-tls-reporting@google.com', 'google.com'],
] as const

describe('a mail with a report', () => {
  it.each(REAL)('of %s is believed when it is signed by where it is from', (organization, email, from) => {
    const mail = { fromDomains: [from], signatures: [{ domain: from, result: 'pass' as const }] }
    expect(judge(mail, { organization, email })).toEqual({ trust: 'verified', reason: null, senderDomain: from })
  })

  it('is not believed by the name of another in it, whoever signed', () => {
    const mail = { fromDomains: ['evil.test'], signatures: [{ domain: 'evil.test', result: 'pass' as const }] }
    const reasonOf = (organization: string, email: string) => judge(mail, { organization, email }).reason
    expect(reasonOf('google.com', 'a@google.com')).toBe('reporter-other')
    expect(reasonOf('google.com', 'a@evil.test')).toBe('reporter-other')
    expect(reasonOf('Evil', 'a@google.com')).toBe('reporter-other')
    expect(reasonOf('Google Inc.', '')).toBe('reporter-unnamed')
    expect(reasonOf('evil.test', 'a@evil.test')).toBeNull()
  })

  it('needs a signature of the domain of its From line, or of one above or below it', () => {
    const signed = (domain: string) => judge({ signatures: [{ domain, result: 'pass' }] })
    expect(signed('mail.google.com')).toMatchObject({ trust: 'verified' })
    expect(signed('evil.test')).toMatchObject({ trust: 'unverified', reason: 'signed-by-other' })
    expect(signed('com')).toMatchObject({ trust: 'unverified', reason: 'signed-by-other' })
    expect(judge({ signatures: [] })).toMatchObject({ trust: 'unverified', reason: 'no-signature' })
  })

  it('of one tenant of a host is not that of another', () => {
    const mail = { fromDomains: ['a.github.io'], signatures: [{ domain: 'b.github.io', result: 'pass' as const }] }
    expect(judge(mail).reason).toBe('signed-by-other')
  })

  it('has one From line with one domain', () => {
    for (const mail of [{ fromDomains: [] }, { fromFields: 2 }, { fromDomains: ['google.com', 'evil.test'] }])
      expect(judge(mail)).toMatchObject({ trust: 'unverified', reason: 'from-unclear' })
  })

  it('waits for DNS where that alone is missing, and says why it failed where it did', () => {
    const results = (...all: CheckedMail['signatures'][number]['result'][]) =>
      judge({ signatures: all.map((result) => ({ domain: 'google.com', result })) })
    expect(results('signature-broken', 'dns-failed')).toMatchObject({ trust: 'pending', reason: 'dns-failed' })
    expect(results('dns-failed', 'pass')).toMatchObject({ trust: 'verified' })
    expect(results('key-missing', 'signature-broken')).toMatchObject({ trust: 'unverified', reason: 'key-missing' })
    const other = { signatures: [{ domain: 'evil.test', result: 'dns-failed' as const }] }
    expect(judge(other)).toMatchObject({ trust: 'unverified', reason: 'signed-by-other' })
  })

  it('with a failure report is from whoever its From line says', () => {
    expect(judge({}, null)).toMatchObject({ trust: 'verified' })
  })
})
