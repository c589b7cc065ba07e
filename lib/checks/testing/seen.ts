import type { SeenCertificate, SeenTls, SmtpDialogue } from '@/lib/checks/world'

type Answered = Extract<SmtpDialogue, { status: 'answered' }>

/** A trusted certificate of mx1.posthouse.org, valid in November 2026; what a test is about is given. */
export function seenCertificate(more: Partial<SeenCertificate> = {}): SeenCertificate {
  return {
    subjectNames: ['mx1.posthouse.org'],
    issuer: 'O=An Authority',
    notBefore: new Date('2026-10-01T00:00:00Z'),
    notAfter: new Date('2026-12-30T00:00:00Z'),
    der: Buffer.from('certificate'),
    spki: Buffer.from('key'),
    keyType: 'ec',
    keyBits: 256,
    signatureAlgorithm: 'ecdsa-with-SHA384',
    distrust: null,
    ...more,
  }
}

export function seenTls(more: Partial<SeenCertificate> = {}, protocol = 'TLSv1.3'): SeenTls {
  return { status: 'done', protocol, cipher: 'TLS_AES_256_GCM_SHA384', certificate: seenCertificate(more) }
}

/** What a mail server as it should be says; its answers to questions are those of Postfix. */
export function seenSmtp(more: Partial<Answered> = {}): Answered {
  return {
    status: 'answered',
    banner: '220 mx1.posthouse.org ESMTP Postfix',
    extensions: ['PIPELINING', 'STARTTLS'],
    tls: seenTls(),
    replies: {},
    milliseconds: 40,
    ...more,
  }
}
