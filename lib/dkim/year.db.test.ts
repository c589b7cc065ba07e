import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { getKeySettings } from '@/lib/dkim/queries'
import { dkimRecordName, parseDkimRecord } from '@/lib/dkim/record'
import { ALL_SLOTS } from '@/lib/dkim/slots'
import { setKeyDelegation, switchToSpare, updateKeySettings } from '@/lib/dkim/service'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { FakeZone } from '@/lib/dns/testing/fake-zone'
import type { DomainName } from '@/lib/domains/name'
import { closeQueue } from '@/lib/jobs/queue'
import { openAsWorker } from '@/lib/secrets/seal'

const client = testDb()
afterAll(closeQueue)
const actor = systemActor('test')
const HOUR = 3600
/** Longer than a node needs to take a key: what is not waited for shows. */
const NEGATIVE_TTL = 24 * HOUR
const DAYS = 365
const LATE_HOURS = 5 * 24
const RECEIVERS = ['192.0.2.201', '192.0.2.202', '192.0.2.203']
const DIRECT = 'direct.test' as DomainName
const DELEGATED = 'delegated.test' as DomainName
/** DER before the 32 octets of an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
const ED25519_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
const MAIL = Buffer.from('the header fields and the hash of the body')

/** One signature of a message: what its receiver looks up, and what it must verify. */
interface Signature {
  domain: string
  selector: string
  isEd25519: boolean
  bytes: Buffer
}

const digestOf = (isEd25519: boolean) => (isEd25519 ? createHash('sha256').update(MAIL).digest() : MAIL)

/** What the node signs with: its tables, and each key's signature of the one message. */
class Signer {
  private tables: Signature[] = []
  private coming: Signature[] | null = null
  private readonly made = new Map<string, Buffer>()

  /** The node takes what was stored an hour ago, and says so. */
  async confirm(): Promise<void> {
    if (!this.coming) return
    this.tables = this.coming
    this.coming = null
    const newest = await client.release.findFirst({ orderBy: { number: 'desc' } })
    await client.node.updateMany({ data: { confirmedRelease: newest?.number ?? 0n } })
  }

  /** Reads what is stored now; the node signs as before until it has it. */
  async read(): Promise<void> {
    const entries = await client.entry.findMany({ where: { map: { startsWith: 'dkim/' } } })
    const places = new Map(entries.filter((one) => one.map === 'dkim/keytable').map((one) => [one.key, one.value]))
    const next: Signature[] = []
    for (const { map, domain, value: id } of entries.filter((one) => one.map.startsWith('dkim/signingtable'))) {
      const isEd25519 = map.endsWith('ed25519')
      const selector = (places.get(id) ?? '').slice(domain.length + 1)
      next.push({ domain, selector, isEd25519, bytes: await this.signatureOf(id, isEd25519) })
    }
    this.coming = next
  }

  private async signatureOf(id: string, isEd25519: boolean): Promise<Buffer> {
    const known = this.made.get(id)
    if (known) return known
    const { privateKeySealed } = await client.dkimKey.findUniqueOrThrow({ where: { id } })
    const pem = openAsWorker(privateKeySealed ?? '', `DkimKey/${id}/privateKey`)
    const bytes = sign(isEd25519 ? null : 'sha256', digestOf(isEd25519), pem)
    this.made.set(id, bytes)
    return bytes
  }

  get signatures(): readonly Signature[] {
    return this.tables
  }
}

const judged = new Map<string, boolean>()

/** Whether a key record verifies a signature (RFC 6376 §6.1.3). */
function verifies(text: string, { isEd25519, bytes }: Signature): boolean {
  const id = `${text} ${bytes.toString('base64')}`
  const known = judged.get(id)
  if (known !== undefined) return known
  const octets = Buffer.from(parseDkimRecord(text)?.publicKey ?? '', 'base64')
  const der = isEd25519 ? Buffer.concat([ED25519_HEAD, octets]) : octets
  const isGood =
    octets.length > 0 &&
    verify(
      isEd25519 ? null : 'sha256',
      digestOf(isEd25519),
      createPublicKey({ key: der, format: 'der', type: 'spki' }),
      bytes,
    )
  judged.set(id, isGood)
  return isGood
}

/** When a key can next move without anybody's doing; null: not before something is asked for. */
async function nextDue(): Promise<number> {
  const keys = await client.dkimKey.findMany({ where: { state: { notIn: ['active', 'removed'] } } })
  const domains = await client.domain.findMany({ select: { nextRotationAt: true } })
  const withdrawn = await client.dnsRecord.count({ where: { purpose: 'withdrawn' } })
  if (withdrawn > 0) return 0
  return Math.min(
    ...domains.map(({ nextRotationAt }) => nextRotationAt?.getTime() ?? Infinity),
    ...keys.map(({ state, isSpare, activateAfter, removeAfter }) => {
      if (state === 'published') return isSpare ? Infinity : (activateAfter?.getTime() ?? 0)
      return state === 'retiring' || state === 'revoked' ? (removeAfter?.getTime() ?? 0) : 0
    }),
  )
}

async function setUp(zone: FakeZone): Promise<void> {
  const input = { name: 'Lab', kind: 'rfc2136', server: '192.0.2.54', keyName: 'panel', secret: 'c2VjcmV0'.repeat(3) }
  await addProvider(actor, addProviderSchema.parse({ ...input, ttlSeconds: HOUR }))
  await setKeyDelegation(actor, { zone: 'keys.test' as DomainName, provider: 'Lab' })
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: [], agentUrl: '' },
      ...{ agentFingerprint: '', agentTokenSealed: '', services: {} },
    },
  })
  for (const name of [DIRECT, DELEGATED]) {
    await client.domain.create({ data: { name, hostedName: { create: { name } } } })
    if (name === DIRECT) await setDomainProvider(actor, { domain: name, provider: 'Lab' })
    const settings = { signsEd25519: true, keepsSpareKey: true, keyRotationDays: 60, isDelegated: name === DELEGATED }
    await updateKeySettings(actor, { domain: name, ...settings }, () => zone.now)
  }
  for (const { name, target } of (await getKeySettings(actor, DELEGATED)).aliases)
    zone.records.set(`${name} CNAME`, [target])
}

test('a year of rotation every 60 days, a mail every hour: each signature verifies on arrival and five days later', async () => {
  const zone = new FakeZone('192.0.2.54', ['192.0.2.101', '192.0.2.102'], HOUR, NEGATIVE_TTL)
  await setUp(zone)
  const signer = new Signer()
  const late = new Map<number, Signature[]>()
  const failures: string[] = []
  let mails = 0
  const receive = (signature: Signature, hour: number, when: string) => {
    const name = dkimRecordName(signature.selector, signature.domain)
    const answer = zone.resolve(RECEIVERS[hour % RECEIVERS.length] ?? '', name, 'TXT')
    const texts = answer.status === 'answer' ? answer.records.map(({ value }) => value) : []
    if (texts.length !== 1 || !verifies(texts[0] ?? '', signature)) failures.push(`${when} hour ${hour}: ${name}`)
  }
  let due = 0
  for (let hour = 0; hour < DAYS * 24; hour++) {
    if (hour === 182 * 24)
      for (const domain of [DIRECT, DELEGATED])
        await switchToSpare(actor, { domain, isCompromised: false }, () => zone.now)
    await signer.confirm()
    if (hour === 182 * 24 || due <= zone.now.getTime()) {
      const before = await client.auditEntry.count()
      await lookAfterKeys(zone.deps)
      await signer.read()
      due = (await client.auditEntry.count()) === before ? await nextDue() : 0
    }
    // Somebody looks for the next keys before their time, and keeps the absence.
    for (const slot of ALL_SLOTS)
      for (const receiver of RECEIVERS) zone.resolve(receiver, dkimRecordName(slot, DELEGATED), 'TXT')
    for (const signature of signer.signatures) {
      mails += 1
      receive(signature, hour, 'on arrival')
      late.set(hour + LATE_HOURS, [...(late.get(hour + LATE_HOURS) ?? []), signature])
    }
    for (const signature of late.get(hour) ?? []) receive(signature, hour, 'five days later')
    late.delete(hour)
    zone.pass(HOUR)
  }
  expect(failures).toEqual([])
  // Two domains, two algorithms, all the year but its first day.
  expect(mails).toBeGreaterThan((DAYS * 24 - 30) * 4)
  for (const name of [DIRECT, DELEGATED]) {
    const keys = await client.dkimKey.findMany({ where: { domain: { name }, activatedAt: { not: null } } })
    for (const algorithm of ['rsa-sha256', 'ed25519-sha256']) {
      const own = keys.filter((key) => key.algorithm === algorithm)
      expect(own.length, `${name} ${algorithm}`).toBeGreaterThanOrEqual(5)
      expect(own.filter((key) => key.state === 'active')).toHaveLength(1)
    }
  }
}, 120_000)
