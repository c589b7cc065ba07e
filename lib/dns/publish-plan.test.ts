import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planRrset, type PublishedRow, type RrsetEdit } from '@/lib/dns/publish-plan'
import type { RecordType } from '@/lib/dns/record'

const KEY = 'MIIBIjANBgkqhkiG9w0BAQ=='
const OLD = 'MIIBOldKeyOldKeyOldKey=='
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'
const row = (purpose: PublishedRow['purpose'], value: string): PublishedRow => ({ purpose, value })

interface Case {
  does: string
  type: RecordType
  rows: PublishedRow[]
  live: string[]
  hasAlias?: boolean
  hasOther?: boolean
  movesMail?: boolean
  edit: Partial<RrsetEdit>
}

const CASES: Case[] = [
  {
    does: 'adds our MX where there is none',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.')],
    live: [],
    edit: { add: ['10 mx1.test.'] },
  },
  {
    does: 'leaves the MX of another',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.')],
    live: ['10 old.test.'],
    edit: { kept: ['foreign-mx'] },
  },
  {
    does: 'takes the MX of another out when the mail moves here',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.')],
    live: ['10 old.test.', '20 old2.test.'],
    movesMail: true,
    edit: { remove: ['10 old.test.', '20 old2.test.'], add: ['10 mx1.test.'] },
  },
  {
    does: 'does not move the mail to a domain without any',
    type: 'MX',
    rows: [row('mx', '0 .')],
    live: ['10 old.test.'],
    movesMail: true,
    edit: { kept: ['foreign-mx'] },
  },
  {
    does: 'does not move the mail to a host of the administrator’s own',
    type: 'MX',
    rows: [row('own', '10 lists.test.')],
    live: ['20 backup.test.'],
    movesMail: true,
    edit: { kept: ['foreign-mx'] },
  },
  {
    does: 'leaves our MX under another preference',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.')],
    live: ['5 mx1.test.'],
    edit: {},
  },
  {
    does: 'adds a second host beside our first',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.'), row('mx', '10 mx2.test.')],
    live: ['10 mx1.test.'],
    edit: { add: ['10 mx2.test.'] },
  },
  {
    does: 'replaces an MX that was ours',
    type: 'MX',
    rows: [row('mx', '10 mx2.test.'), row('withdrawn', '10 mx1.test.')],
    live: ['10 mx1.test.'],
    edit: { remove: ['10 mx1.test.'], add: ['10 mx2.test.'] },
  },
  {
    does: 'extends a foreign SPF record and keeps the text beside it',
    type: 'TXT',
    rows: [row('spf', SPF)],
    live: ['site=1', 'v=spf1 include:x.test -all'],
    edit: { remove: ['v=spf1 include:x.test -all'], add: ['v=spf1 ip4:192.0.2.1 include:x.test -all'] },
  },
  { does: 'adds SPF beside other text', type: 'TXT', rows: [row('spf', SPF)], live: ['site=1'], edit: { add: [SPF] } },
  {
    does: 'touches neither of two SPF records',
    type: 'TXT',
    rows: [row('spf', SPF)],
    live: ['v=spf1 -all', 'v=spf1 a -all'],
    edit: { kept: ['several'] },
  },
  {
    does: 'takes an address that was ours out of a shared SPF record',
    type: 'TXT',
    rows: [row('spf', 'v=spf1 ip4:192.0.2.2 ~all'), row('withdrawn', SPF)],
    live: ['v=spf1 ip4:192.0.2.1 include:x.test -all'],
    edit: { remove: ['v=spf1 ip4:192.0.2.1 include:x.test -all'], add: ['v=spf1 ip4:192.0.2.2 include:x.test -all'] },
  },
  {
    does: 'replaces an SPF record that was ours alone',
    type: 'TXT',
    rows: [row('spf', 'v=spf1 ip4:192.0.2.2 ~all'), row('withdrawn', SPF)],
    live: [SPF],
    edit: { remove: [SPF], add: ['v=spf1 ip4:192.0.2.2 ~all'] },
  },
  {
    does: 'puts a key where nothing is',
    type: 'TXT',
    rows: [row('dkim', `v=DKIM1; k=rsa; p=${KEY}`)],
    live: [],
    edit: { add: [`v=DKIM1; k=rsa; p=${KEY}`] },
  },
  {
    does: 'leaves a key of another selector owner',
    type: 'TXT',
    rows: [row('dkim', `v=DKIM1; k=rsa; p=${KEY}`)],
    live: [`p=${OLD}`],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'revokes a key that was typed in by hand',
    type: 'TXT',
    rows: [{ ...row('dkim', 'v=DKIM1; p='), oldKey: OLD }],
    live: [`p=${OLD}`],
    edit: { remove: [`p=${OLD}`], add: ['v=DKIM1; p='] },
  },
  {
    does: 'revokes a key that was published',
    type: 'TXT',
    rows: [row('dkim', 'v=DKIM1; p='), row('withdrawn', `v=DKIM1; k=rsa; p=${KEY}`)],
    live: [`v=DKIM1; k=rsa; p=${KEY}`],
    edit: { remove: [`v=DKIM1; k=rsa; p=${KEY}`], add: ['v=DKIM1; p='] },
  },
  {
    does: 'leaves a DMARC policy that is another than ours',
    type: 'TXT',
    rows: [row('dmarc', 'v=DMARC1; p=none; rua=mailto:a@x.test')],
    live: ['v=DMARC1; p=reject'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'leaves a stricter DMARC policy that reports to us',
    type: 'TXT',
    rows: [row('dmarc', 'v=DMARC1; p=none; rua=mailto:a@x.test')],
    live: ['v=DMARC1; p=reject; rua=mailto:a@x.test'],
    edit: {},
  },
  {
    does: 'leaves a null MX: somebody said that no mail comes here',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.')],
    live: ['0 .'],
    edit: { kept: ['foreign-mx'] },
  },
  {
    does: 'leaves the MX where the mail is still elsewhere',
    type: 'MX',
    rows: [{ ...row('mx', '10 mx1.test.'), isHeld: true }],
    live: [],
    edit: {},
  },
  {
    does: 'parks a domain that was ours',
    type: 'MX',
    rows: [row('mx', '0 .'), row('withdrawn', '10 mx1.test.')],
    live: ['10 mx1.test.'],
    edit: { remove: ['10 mx1.test.'], add: ['0 .'] },
  },
  {
    does: 'does not park a domain whose mail another takes',
    type: 'MX',
    rows: [row('mx', '0 .')],
    live: ['10 old.test.'],
    edit: { kept: ['foreign-mx'] },
  },
  {
    does: 'puts a backup behind every primary',
    type: 'MX',
    rows: [row('backup-mx', '20 mx1.test.')],
    live: ['5 a.test.', '30 b.test.'],
    edit: { add: ['40 mx1.test.'] },
  },
  {
    does: 'moves a backup that came first',
    type: 'MX',
    rows: [row('backup-mx', '20 mx1.test.')],
    live: ['20 a.test.', '20 mx1.test.'],
    edit: { remove: ['20 mx1.test.'], add: ['30 mx1.test.'] },
  },
  {
    does: 'does not make a backup the only server',
    type: 'MX',
    rows: [row('backup-mx', '20 mx1.test.')],
    live: [],
    edit: { kept: ['no-primary'] },
  },
  {
    does: 'takes our own of two SPF records away and extends the other',
    type: 'TXT',
    rows: [row('spf', SPF)],
    live: [SPF, 'v=spf1 include:x.test -all'],
    edit: { remove: [SPF, 'v=spf1 include:x.test -all'], add: ['v=spf1 ip4:192.0.2.1 include:x.test -all'] },
  },
  {
    does: 'closes the SPF record of a parked domain',
    type: 'TXT',
    rows: [row('spf', 'v=spf1 -all'), row('withdrawn', SPF)],
    live: [SPF],
    edit: { remove: [SPF], add: ['v=spf1 -all'] },
  },
  {
    does: 'leaves the sender of another in the SPF record of a parked domain',
    type: 'TXT',
    rows: [row('spf', 'v=spf1 -all'), row('withdrawn', SPF)],
    live: ['v=spf1 ip4:192.0.2.1 include:x.test -all'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'replaces a policy of ours however it was written',
    type: 'TXT',
    rows: [row('dmarc', 'v=DMARC1; p=none'), row('withdrawn', 'v=DMARC1; p=reject; sp=none')],
    live: ['v=DMARC1;sp=none;p=reject;'],
    edit: { remove: ['v=DMARC1;sp=none;p=reject;'], add: ['v=DMARC1; p=none'] },
  },
  {
    does: 'gives a new id to a policy of ours',
    type: 'TXT',
    rows: [row('mta-sts', 'v=STSv1; id=b'), row('withdrawn', 'v=STSv1; id=a')],
    live: ['v=STSv1; id=a'],
    edit: { remove: ['v=STSv1; id=a'], add: ['v=STSv1; id=b'] },
  },
  {
    does: 'leaves the TLS reports that go elsewhere',
    type: 'TXT',
    rows: [row('tls-rpt', 'v=TLSRPTv1; rua=mailto:a@x.test')],
    live: ['v=TLSRPTv1; rua=mailto:b@y.test'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'leaves a permission that says where reports go instead',
    type: 'TXT',
    rows: [row('report-permission', 'v=DMARC1')],
    live: ['v=DMARC1; rua=mailto:r@x.test'],
    edit: {},
  },
  {
    does: 'leaves the service of another',
    type: 'SRV',
    rows: [row('srv', '0 1 993 imap.test.')],
    live: ['0 1 993 other.test.'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'leaves another weight',
    type: 'SRV',
    rows: [row('srv', '0 1 993 imap.test.')],
    live: ['5 5 993 imap.test.'],
    edit: {},
  },
  {
    does: 'adds our issuer to those of others, and not twice',
    type: 'CAA',
    rows: [row('caa', '0 issue "a.test"'), row('caa', '0 issue "c.test"')],
    live: ['0 issue "b.test"', '0 issue "a.test; accounturi=x"', '0 iodef "mailto:x@b.test"'],
    edit: { add: ['0 issue "c.test"'] },
  },
  {
    does: 'adds our keys beside those that stand there',
    type: 'TLSA',
    rows: [row('tlsa', '3 1 1 aa'), row('tlsa', '3 1 1 bb')],
    live: ['3 1 1 cc', '3 1 1 aa'],
    edit: { add: ['3 1 1 bb'] },
  },
  {
    does: 'puts no CNAME beside other records',
    type: 'CNAME',
    rows: [row('autoconfig', 'panel.test.')],
    live: [],
    hasOther: true,
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'turns a CNAME of ours round',
    type: 'CNAME',
    rows: [row('autoconfig', 'new.test.'), row('withdrawn', 'old.test.')],
    live: ['old.test.'],
    edit: { remove: ['old.test.'], add: ['new.test.'] },
  },
  {
    does: 'touches nothing beside a CNAME',
    type: 'TXT',
    rows: [row('dmarc', 'v=DMARC1; p=none')],
    live: [],
    hasAlias: true,
    edit: { kept: ['alias'] },
  },
  {
    does: 'does not turn a CNAME round',
    type: 'CNAME',
    rows: [row('own', 'a.test.')],
    live: ['b.test.'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'does not add an address to those of another',
    type: 'A',
    rows: [row('own', '192.0.2.1')],
    live: ['192.0.2.9'],
    edit: { kept: ['foreign-record'] },
  },
  {
    does: 'puts both of two own addresses',
    type: 'A',
    rows: [row('own', '192.0.2.1'), row('own', '192.0.2.2')],
    live: [],
    edit: { add: ['192.0.2.1', '192.0.2.2'] },
  },
  {
    does: 'takes away only the withdrawn one',
    type: 'TXT',
    rows: [row('withdrawn', 'site=1')],
    live: ['site=1', 'site=2'],
    edit: { remove: ['site=1'] },
  },
  {
    does: 'replaces an MX that was ours under another preference',
    type: 'MX',
    rows: [row('mx', '10 mx2.test.'), row('withdrawn', '10 mx1.test.')],
    live: ['5 mx1.test.'],
    edit: { remove: ['5 mx1.test.'], add: ['10 mx2.test.'] },
  },
  {
    does: 'takes a backup of ours out from where it was put, and no other',
    type: 'MX',
    rows: [row('withdrawn', '20 mx1.test.')],
    live: ['20 a.test.', '30 mx1.test.'],
    edit: { remove: ['30 mx1.test.'] },
  },
  {
    does: 'leaves a host that is wanted under another preference',
    type: 'MX',
    rows: [row('mx', '10 mx1.test.'), row('withdrawn', '20 mx1.test.')],
    live: ['5 mx1.test.'],
    edit: {},
  },
  {
    does: 'takes our address out of an SPF record of others where none is wanted any more',
    type: 'TXT',
    rows: [row('withdrawn', SPF)],
    live: ['v=spf1 ip4:192.0.2.1 include:x.test -all'],
    edit: { remove: ['v=spf1 ip4:192.0.2.1 include:x.test -all'], add: ['v=spf1 include:x.test -all'] },
  },
  {
    does: 'takes an SPF record out that passed our address alone, however it ends',
    type: 'TXT',
    rows: [row('withdrawn', SPF)],
    live: ['v=spf1 ip4:192.0.2.1 -all'],
    edit: { remove: ['v=spf1 ip4:192.0.2.1 -all'] },
  },
  {
    does: 'adds to the CAA of others',
    type: 'CAA',
    rows: [row('own', '0 issue "a.test"')],
    live: ['0 issue "b.test"'],
    edit: { add: ['0 issue "a.test"'] },
  },
]

test.each(CASES)('$does', ({ type, rows, live, hasAlias = false, hasOther = false, movesMail = false, edit }) => {
  const planned = planRrset({ type, rows, live, hasAlias, hasOther, movesMail })
  expect(planned).toEqual({ add: [], remove: [], kept: [], ...edit })
  const after = [...live.filter((value) => !planned.remove.includes(value)), ...planned.add]
  // What the plan leads to needs no further edit.
  expect(planRrset({ type, rows, live: after, hasAlias, hasOther, movesMail })).toMatchObject({ add: [], remove: [] })
})

const foreignText = fc.oneof(
  fc.constantFrom(
    'v=spf1 include:x.test -all',
    'v=spf1 a mx ~all',
    'v=spf1 -all',
    'v=DMARC1; p=reject',
    `p=${OLD}`,
    'v=DKIM1; p=',
    'v=STSv1; id=theirs',
    'v=TLSRPTv1; rua=mailto:theirs@x.test',
    'v=BIMI1; l=https://x.test/theirs.svg',
  ),
  fc.string({ minLength: 1, maxLength: 20 }).map((text) => `site=${text}`),
)
const ourRow = fc.constantFrom<PublishedRow>(
  row('spf', SPF),
  row('dkim', `v=DKIM1; k=rsa; p=${KEY}`),
  row('dmarc', 'v=DMARC1; p=none; rua=mailto:a@x.test'),
  row('dmarc', 'v=DMARC1; p=reject'),
  row('mta-sts', 'v=STSv1; id=ours'),
  row('tls-rpt', 'v=TLSRPTv1; rua=mailto:ours@x.test'),
  row('bimi', 'v=BIMI1; l=https://x.test/ours.svg; a='),
  row('report-permission', 'v=DMARC1'),
  row('host-spf', 'v=spf1 a -all'),
  row('own', 'own=1'),
)

test('whatever stands there of others, nothing of it is lost: not a text, not a term of an SPF record', () => {
  fc.assert(
    fc.property(fc.uniqueArray(foreignText, { maxLength: 4 }), ourRow, (live, ours) => {
      const { add, remove } = planRrset({
        type: 'TXT',
        rows: [ours, row('withdrawn', 'gone=1')],
        live,
        hasAlias: false,
      })
      const merged = add.find((value) => value.startsWith('v=spf1'))?.split(' ') ?? []
      for (const value of remove) {
        expect(ours.purpose).toBe('spf')
        for (const term of value.split(' ')) expect(merged).toContain(term)
      }
      expect(remove.length).toBeLessThanOrEqual(1)
      expect(add.length).toBeLessThanOrEqual(1)
    }),
  )
})
