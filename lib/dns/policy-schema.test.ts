import { expect, test } from 'vitest'
import { dnsPolicy, parseDnsPolicy } from '@/lib/dns/policy'
import { updateDnsPolicySchema } from '@/lib/dns/policy-schema'

/** The form as it stands for a new domain. */
const FORM = {
  ...{ domain: 'A.test', revision: '3', mx: 'here', spfAll: '~', p: 'none', sp: '', np: '', adkim: 'r', aspf: 'r' },
  ...{ fo: '', rua: '', ruf: '', psd: '', mtaStsMode: 'off', mtaStsDays: '7', tlsRpt: 'on', tlsRptUris: '' },
  ...{ clients: 'on', dane: 'on', caa: '', bimiLogo: '', bimiCertificate: '' },
}

test('the form of a new domain gives the default policy', () => {
  const { mtaSts, ...standard } = parseDnsPolicy({})
  expect(updateDnsPolicySchema.parse(FORM)).toEqual({
    domain: 'a.test',
    revision: 3,
    confirmation: '',
    policy: { ...standard, mtaSts: { mode: mtaSts.mode, maxAgeSeconds: mtaSts.maxAgeSeconds } },
  })
})

test('everything typed comes out as the policy that it means', () => {
  const typed = {
    ...{
      isParked: 'on',
      confirmation: 'a.test',
      mx: 'later',
      spfAll: '-',
      p: 'quarantine',
      sp: 'reject',
      np: 'reject',
    },
    ...{ adkim: 's', aspf: 's', fo: '1:d', psd: 'n', t: 'on', mtaStsMode: 'enforce', mtaStsDays: '30' },
    rua: 'reports@b.test\nmailto:Reports+dmarc@BÜCHER.test reports@b.test',
    ruf: 'f@b.test',
    tlsRptUris: 'tls@b.test https://r.test/x',
    caa: 'letsencrypt.org\n ca.test; accounturi=https://ca.test/1 \n;',
    bimiLogo: 'https://a.test/logo.svg',
    bimiCertificate: 'https://a.test/vmc.pem',
  }
  const { policy } = updateDnsPolicySchema.parse({ ...FORM, ...typed })
  expect(policy).toMatchObject({
    ...{ isParked: true, mx: 'later', spfAll: '-' },
    dmarc: {
      ...{ p: 'quarantine', sp: 'reject', np: 'reject', adkim: 's', aspf: 's', fo: '1:d', psd: 'n', t: true },
      rua: ['mailto:reports@b.test', 'mailto:reports+dmarc@xn--bcher-kva.test'],
      ruf: ['mailto:f@b.test'],
    },
    mtaSts: { mode: 'enforce', maxAgeSeconds: 30 * 86_400 },
    tlsRpt: ['mailto:tls@b.test', 'https://r.test/x'],
    caa: ['letsencrypt.org', 'ca.test; accounturi=https://ca.test/1', ';'],
    bimi: { logo: 'https://a.test/logo.svg', certificate: 'https://a.test/vmc.pem' },
  })
  // What the form lets through can be stored.
  expect(dnsPolicy.parse(policy)).toMatchObject(policy)
})

test('boxes that are not ticked are sent as nothing', () => {
  const { tlsRpt: _, clients: __, dane: ___, ...unticked } = FORM
  expect(updateDnsPolicySchema.parse(unticked).policy).toMatchObject({ tlsRpt: [], clients: false, dane: false })
})

test.each([
  ['rua', 'no address'],
  ['rua', 'https://r.test'],
  ['rua', 'a@b.test c@b.test d@b.test e@b.test f@b.test'],
  ['ruf', 'a"b@b.test'],
  ['tlsRptUris', 'http://r.test'],
  ['caa', 'no issuer'],
  ['caa', 'ca.test"; 0 issue "evil.test'],
  ['bimiLogo', 'http://a.test/logo.svg'],
  ['bimiLogo', 'https://'],
  ['mtaStsDays', '0'],
  ['mtaStsDays', '366'],
  ['p', 'maybe'],
  ['fo', '1;p=none'],
  ['mx', 'elsewhere'],
])('%s is refused: %s', (field, value) => {
  const parsed = updateDnsPolicySchema.safeParse({ ...FORM, [field]: value })
  expect(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0])).toEqual([field])
})

test('a certificate without a logo is refused at the logo', () => {
  const parsed = updateDnsPolicySchema.safeParse({ ...FORM, bimiCertificate: 'https://a.test/vmc.pem' })
  expect(parsed.error?.issues[0]?.path).toEqual(['bimiLogo'])
})
