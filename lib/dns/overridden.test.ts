import { expect, test } from 'vitest'
import { withoutOverridden } from '@/lib/dns/overridden'
import type { Purpose } from '@/lib/dns/purpose'
import type { RecordType } from '@/lib/dns/record'

type Case = [Purpose, RecordType, string, RecordType, string, boolean]
test.each<Case>([
  ['autoconfig', 'CNAME', 'panel.test.', 'A', '192.0.2.1', true],
  ['mta-sts-host', 'CNAME', 'panel.test.', 'CNAME', 'other.test.', true],
  ['srv', 'SRV', '0 0 0 .', 'SRV', '0 1 110 pop.test.', true],
  ['srv', 'SRV', '0 0 0 .', 'TXT', 'a note', false],
  ['host-address', 'A', '10.0.0.1', 'A', '192.0.2.1', true],
  ['host-address', 'AAAA', '2001:db8::1', 'A', '192.0.2.1', false],
  ['tls-rpt', 'TXT', 'v=TLSRPTv1; rua=mailto:a@x.test', 'TXT', 'v=TLSRPTv1; rua=mailto:b@x.test', true],
  ['tls-rpt', 'TXT', 'v=TLSRPTv1; rua=mailto:a@x.test', 'TXT', 'a note', false],
  ['host-spf', 'TXT', 'v=spf1 a -all', 'TXT', 'v=spf1 mx -all', true],
  ['caa', 'CAA', '0 issue "a.test"', 'CAA', '0 issue "b.test"', false],
  ['dkim', 'TXT', 'v=DKIM1; p=', 'TXT', 'v=DKIM1; p=AAAA', false],
])('%s %s %s gives way to %s %s: %s', (purpose, type, value, ownType, ownValue, expected) => {
  const wanted = { purpose, name: 'n.test', type, value }
  const own = { name: 'n.test', type: ownType, value: ownValue }
  expect(withoutOverridden([wanted], [own])).toEqual(expected ? [] : [wanted])
  expect(withoutOverridden([wanted], [{ ...own, name: 'm.test' }])).toEqual([wanted])
})
