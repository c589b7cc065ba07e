import { expect, test } from 'vitest'
import { compareRecord, type Comparison } from '@/lib/dns/compare'
import type { Purpose } from '@/lib/dns/wanted-records'
import type { RecordType } from '@/lib/dns/record'

const KEY = 'MIIBIjANBgkqhkiG9w0BAQ=='

type Case = [Purpose, RecordType, string, string[], Comparison]
test.each<Case>([
  ['mx', 'MX', '10 mx1.test.', ['10 mx1.test.'], 'ok'],
  ['mx', 'MX', '10 mx1.test.', ['5 mx1.test.'], 'ok'],
  ['mx', 'MX', '10 mx1.test.', [], 'missing'],
  ['mx', 'MX', '10 mx1.test.', ['10 other.test.'], 'different'],
  ['mx', 'MX', '10 mx1.test.', ['10 mx1.test.', '20 other.test.'], 'several'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['other text', 'v=spf1 ip4:192.0.2.1 ~all'], 'ok'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['V=SPF1 include:x.test +ip4:192.0.2.0/24 -all'], 'ok'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['v=spf1 -all ip4:192.0.2.1'], 'different'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['v=spf1 ~ip4:192.0.2.1 -all'], 'different'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['v=spf1 ip4:192.0.2.1 frobnicate'], 'different'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['v=spf10 ip4:192.0.2.1'], 'missing'],
  ['spf', 'TXT', 'v=spf1 ip4:192.0.2.1 ~all', ['v=spf1 -all', 'v=spf1 ip4:192.0.2.1 ~all'], 'several'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`v=DKIM1;p=${KEY.slice(0, 9)} ${KEY.slice(9)}; k=rsa`], 'ok'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`p=${KEY}`], 'ok'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, ['v=DKIM1; p='], 'different'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`v=DKIM1; t=y; p=${KEY}`], 'different'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`v=DKIM1; h=sha1; p=${KEY}`], 'different'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`v=DKIM1; k=ed25519; p=${KEY}`], 'different'],
  ['dkim', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`, [`p=${KEY}`, 'v=DKIM1; p='], 'several'],
  ['dkim', 'TXT', 'v=DKIM1; p=', ['p='], 'ok'],
  [
    'dmarc',
    'TXT',
    'v=DMARC1; p=none; rua=mailto:postmaster@a.test',
    ['v=DMARC1;rua=mailto:x@b.test,mailto:postmaster@A.test;p=Reject;'],
    'ok',
  ],
  ['dmarc', 'TXT', 'v=DMARC1; p=none; rua=mailto:postmaster@a.test', ['v=DMARC1; p=none'], 'different'],
  [
    'dmarc',
    'TXT',
    'v=DMARC1; p=none; rua=mailto:postmaster@a.test',
    ['v=DMARC1; p=nonsense; rua=mailto:postmaster@a.test'],
    'different',
  ],
  ['dmarc', 'TXT', 'v=DMARC1; p=none; rua=mailto:postmaster@a.test', ['p=none; v=DMARC1'], 'missing'],
  ['own', 'A', '192.0.2.9', ['192.0.2.9', '192.0.2.8'], 'ok'],
  ['own', 'A', '192.0.2.9', ['192.0.2.8'], 'different'],
  ['own', 'TXT', 'site=1', ['site=2'], 'missing'],
  ['withdrawn', 'TXT', 'site=1', ['site=1'], 'different'],
  ['withdrawn', 'TXT', 'site=1', ['site=2'], 'ok'],
])('%s %s %s against %j is %s', (purpose, type, value, found, expected) => {
  expect(compareRecord({ purpose, type, value }, found, [value])).toBe(expected)
})
