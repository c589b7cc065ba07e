import { expect, test } from 'vitest'
import { NEEDS, PURPOSES, whyOf, type RecordOfPurpose } from '@/lib/dns/purpose'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

const VARIANTS: RecordOfPurpose[] = [
  { purpose: 'mx', name: 'a.test', type: 'MX', value: '0 .' },
  { purpose: 'spf', name: 'a.test', type: 'TXT', value: 'v=spf1 -all' },
  { purpose: 'dkim', name: 's._domainkey.a.test', type: 'CNAME', value: 's.a.test.keys.test.' },
  { purpose: 'dkim', name: 's._domainkey.a.test', type: 'TXT', value: 'v=DKIM1; p=' },
  { purpose: 'dkim', name: '*._domainkey.a.test', type: 'TXT', value: 'v=DKIM1; p=' },
  { purpose: 'srv', name: '_pop3._tcp.a.test', type: 'SRV', value: '0 0 0 .' },
  { purpose: 'srv', name: '_autodiscover._tcp.a.test', type: 'SRV', value: '0 1 443 panel.test.' },
]

test('every purpose, need and reason has its words in both languages', () => {
  const plain = PURPOSES.map((purpose): RecordOfPurpose => ({ purpose, name: 'a.test', type: 'TXT', value: 'x' }))
  const reasons = [...plain, ...VARIANTS].map((record) => whyOf(record).key)
  expect(new Set(reasons).size).toBe(PURPOSES.length + VARIANTS.length)
  for (const { dns } of [en, fr]) {
    expect(PURPOSES.filter((purpose) => !(purpose in dns.purposes))).toEqual([])
    expect(reasons.filter((key) => !(key in dns.why))).toEqual([])
    expect(NEEDS.filter((need) => !(need in dns.needs) || !(need in dns.needText))).toEqual([])
  }
})

test('a reason names the service, its host and the selector', () => {
  const values = whyOf({ purpose: 'srv', name: '_imaps._tcp.a.test', type: 'SRV', value: '0 1 993 imap.test.' }).values
  expect(values).toEqual({ name: '_imaps._tcp.a.test', label: '_imaps', service: 'imaps', target: 'imap.test' })
})
