import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { mailOf, reportXml, sampleReport } from '@/lib/dmarc/testing'
import { keysOf, signedMail } from '@/lib/dmarc/trust/testing'
import { verifyReportMail } from '@/lib/dmarc/trust/verify-report-mail'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const DOMAIN = 'receiver.example'
const report = gzipSync(reportXml(sampleReport()))
const mail = mailOf([{ type: 'application/gzip', data: report }])
const dns = keysOf([DOMAIN, 'evil.example'])
const verify = (bytes: Buffer, resolver = dns, now = NOW) => verifyReportMail(bytes, resolver, now)

describe('verifying the mail of a report', () => {
  it('believes a signature of the reporter, also out of an mbox', async () => {
    const signed = await signedMail(mail, { domain: DOMAIN })
    const verified = { trust: 'verified', reason: null, senderDomain: DOMAIN }
    expect(await verify(signed)).toEqual(verified)
    const fromMbox = Buffer.concat([Buffer.from('From reports@receiver.example Mon Nov 23 00:00:00 2026\r\n'), signed])
    expect(await verify(fromMbox)).toEqual(verified)
  })

  it('names what is wrong with a mail or its signature', async () => {
    const reason = async (bytes: Buffer, resolver = dns) => (await verify(bytes, resolver)).reason
    const signed = await signedMail(mail, { domain: DOMAIN })
    expect(await reason(mail)).toBe('no-signature')
    expect(await reason(await signedMail(mail, { domain: 'evil.example' }))).toBe('signed-by-other')
    expect(await reason(signed, keysOf([]))).toBe('key-missing')
    const text = signed.toString('latin1')
    expect(await reason(Buffer.from(text.replace('A report', 'No report'), 'latin1'))).toBe('signature-broken')
    expect(await reason(Buffer.from(text.replace('Subject: Report', 'Subject: Other'), 'latin1'))).toBe(
      'signature-broken',
    )
    expect(await reason(Buffer.from(`From: a@evil.example\r\n${text}`, 'latin1'))).toBe('from-unclear')
    const expired = await signedMail(mail, { domain: DOMAIN, expires: new Date(NOW - 86_400_000) })
    expect(await reason(expired)).toBe('signature-expired')
  })

  it('does not believe a signature that leaves the end of the mail open', async () => {
    const signed = await signedMail(mail, { domain: DOMAIN, maxBodyLength: 40 })
    expect(await verify(signed)).toMatchObject({ trust: 'unverified', reason: 'signature-partial' })
  })

  it('waits while DNS does not answer', async () => {
    const signed = await signedMail(mail, { domain: DOMAIN })
    expect(await verify(signed, keysOf([], [DOMAIN]))).toMatchObject({ trust: 'pending', reason: 'dns-failed' })
  })

  it('does not try hundreds of signatures', async () => {
    let asked = 0
    const counting: typeof dns = (name, type) => {
      asked += 1
      return dns(name, type)
    }
    const signed = await signedMail(mail, { domain: DOMAIN })
    const line = signed.subarray(0, signed.indexOf('From: '))
    const many = Buffer.concat([...Array<Buffer>(30).fill(line), mail])
    expect(await verify(many, counting)).toMatchObject({ trust: 'unverified', reason: 'too-complex' })
    expect(asked).toBe(0)
  })

  it('does not believe a signed mail whose report names somebody else', async () => {
    const other = sampleReport()
    const data = gzipSync(reportXml({ ...other, metadata: { ...other.metadata, orgName: 'google.com' } }))
    const signed = await signedMail(mailOf([{ type: 'application/gzip', data }]), { domain: DOMAIN })
    expect(await verify(signed)).toMatchObject({ trust: 'unverified', reason: 'reporter-other', senderDomain: DOMAIN })
  })
})
