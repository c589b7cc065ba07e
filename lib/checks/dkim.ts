import { result, type CheckedKey, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { lookAtZone, valuesOf, type Look } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { dkimRecordName } from '@/lib/dkim/record'
import { parseTagList } from '@/lib/dns/tag-list'

export const DKIM_CHECKS = {
  'dkim.active': { who: 'server' },
  'dkim.record': { who: 'dns' },
  'dkim.several': { who: 'dns' },
  'dkim.syntax': { who: 'dns' },
  'dkim.mismatch': { who: 'dns' },
  'dkim.revoked': { who: 'dns' },
  'dkim.strength': { who: 'server' },
  'dkim.test-mode': { who: 'dns' },
  'dkim.restricted': { who: 'dns' },
  'dkim.strict': { who: 'dns' },
  'dkim.insecure': { who: 'dns' },
  'dkim.age': { who: 'server' },
  'dkim.left-over': { who: 'dns' },
} as const

const DAY_MS = 24 * 60 * 60 * 1000
/** M3AAWG's advice: a key is replaced twice a year; the schedule's 180 days may be a tenth more, and publishing takes its time. */
const OLD_DAYS = 205
/** How long after its retirement a key's record is worth a word. */
const LEFT_OVER_DAYS = 30
/** RFC 8301 §3.2: verifiers need not take less than the first; signers should have the second. */
const LEAST_BITS = 1024
const GOOD_BITS = 2048

const SUBJECT_CHECKS = [
  'dkim.record',
  'dkim.several',
  'dkim.syntax',
  'dkim.mismatch',
  'dkim.revoked',
  'dkim.test-mode',
  'dkim.restricted',
  'dkim.strict',
  'dkim.insecure',
] as const

/** Keys whose record receivers may ask for now: those that sign, and those whose mail may still be on its way. */
function isInUse(key: CheckedKey): boolean {
  return key.state === 'active' || key.state === 'retiring'
}

const days = (from: Date, to: Date) => Math.floor((to.getTime() - from.getTime()) / DAY_MS)

/**
 * A key's record as verifiers see it (RFC 6376 §3.6.1, RFC 8463): like opendkim-testkey, which knows no Ed25519 and says
 * less. It is compared with the key itself.
 */
async function checkKey(world: CheckWorld, { name: domain, wanted }: DomainFacts, key: CheckedKey) {
  const name = dkimRecordName(key.selector, domain)
  const expected = wanted.filter((record) => record.dkimKeyId === key.id).map((record) => record.value)
  const found = await lookAtZone(world, domain, name, 'TXT')
  return judgeKey(key, found, expected)
}

/** What a key's record says, all checks of one selector; `expected` is the text to publish. Pure. */
export function judgeKey(key: CheckedKey, found: Look, expected: string[]): CheckResult[] {
  const say = (check: (typeof SUBJECT_CHECKS)[number], level: CheckResult['level'], more: Partial<CheckResult> = {}) =>
    result(check, level, { subject: key.selector, expected, ...more })
  const rest = (level: CheckResult['level'], done: readonly CheckResult[]): CheckResult[] => [
    ...done,
    ...SUBJECT_CHECKS.filter((check) => !done.some((one) => one.check === check)).map((check) =>
      say(check, level, { expected: [] }),
    ),
  ]
  const wrong = key.state === 'active' ? 'broken' : 'attention'
  if (found.status === 'unknown') return rest('unknown', [say('dkim.record', 'unknown', { found: [found.words] })])
  const values = valuesOf(found)
  const texts = values.filter((value) => /(?:^|;)\s*p\s*=/.test(value))
  const [text] = texts
  if (text === undefined) return rest('none', [say('dkim.record', wrong, { found: values })])
  if (texts.length > 1)
    return rest('none', [say('dkim.record', 'ok', { found: texts }), say('dkim.several', wrong, { found: texts })])
  const record = say('dkim.record', 'ok', { found: [text] })
  const tags = parseTagList(text)
  const publicKey = tags?.get('p')?.replace(/\s+/g, '')
  const version = tags?.get('v')
  const isFirst = tags?.keys().next().value === 'v'
  if (!tags || publicKey === undefined || (version !== undefined && (version !== 'DKIM1' || !isFirst)))
    return rest('none', [record, say('dkim.syntax', wrong, { found: [text] })])
  const list = (tag: string) =>
    (tags.get(tag) ?? '')
      .toLowerCase()
      .split(':')
      .map((item) => item.trim())
  const type = key.algorithm.startsWith('ed25519') ? 'ed25519' : 'rsa'
  const isRevoked = publicKey === ''
  const isSame = publicKey === key.publicKey && (tags.get('k') ?? 'rsa').toLowerCase() === type
  const isRestricted =
    (tags.has('h') && !list('h').includes('sha256')) ||
    (tags.has('s') && !list('s').some((service) => service === '*' || service === 'email'))
  const seen = { found: [text] }
  return rest('ok', [
    record,
    isRevoked ? say('dkim.revoked', wrong, seen) : say('dkim.revoked', 'ok'),
    isSame || isRevoked ? say('dkim.mismatch', isRevoked ? 'none' : 'ok') : say('dkim.mismatch', wrong, seen),
    isRestricted ? say('dkim.restricted', wrong, seen) : say('dkim.restricted', 'ok'),
    list('t').includes('y') ? say('dkim.test-mode', 'attention', seen) : say('dkim.test-mode', 'ok'),
    list('t').includes('s') ? say('dkim.strict', 'info', seen) : say('dkim.strict', 'ok'),
    found.status === 'found' && !found.isAuthentic ? say('dkim.insecure', 'info') : say('dkim.insecure', 'ok'),
  ])
}

/** What the keys themselves say: that one signs, how strong and how old it is. Pure. */
export function judgeKeys({ keys, policy, kind }: DomainFacts, now: Date): CheckResult[] {
  if (policy.isParked || kind === 'backup_mx')
    return [result('dkim.active', 'none'), result('dkim.strength', 'none'), result('dkim.age', 'none')]
  const active = keys.filter((key) => key.state === 'active')
  const isComing = keys.some((key) => ['requested', 'generated', 'published'].includes(key.state))
  if (active.length === 0) {
    const none = result('dkim.active', isComing ? 'waiting' : 'broken')
    return [none, result('dkim.strength', 'none'), result('dkim.age', 'none')]
  }
  const rsa = active.filter((key) => key.algorithm.startsWith('rsa'))
  return [
    result('dkim.active', 'ok', { found: active.map((key) => key.selector) }),
    ...active.map((key) => {
      const subject = key.selector
      const found = [`${key.algorithm}, ${key.bits}`]
      const values = { bits: key.bits, algorithm: key.algorithm }
      if (!key.algorithm.startsWith('rsa')) {
        // Many receivers still verify RSA alone (RFC 8463 §3 wants both).
        const level = rsa.length > 0 ? 'ok' : 'attention'
        return result('dkim.strength', level, { subject, found, values })
      }
      const level = key.bits < LEAST_BITS ? 'broken' : key.bits < GOOD_BITS ? 'attention' : 'ok'
      return result('dkim.strength', level, { subject, found, values })
    }),
    ...active.map((key) => {
      const age = days(key.activatedAt ?? key.createdAt, now)
      const level = age > OLD_DAYS ? 'attention' : 'ok'
      return result('dkim.age', level, { subject: key.selector, values: { days: age } })
    }),
  ]
}

async function checkLeftOver(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const isGone = (key: CheckedKey) => key.state === 'revoked' || key.state === 'removed'
  const old = facts.keys.filter(
    (key) => key.retiredAt !== null && isGone(key) && days(key.retiredAt, world.now) > LEFT_OVER_DAYS,
  )
  // A delegated domain's selectors come again (MAIL rule 32): what stands there is the next key's.
  const again = new Set(facts.keys.filter((key) => !isGone(key)).map(({ selector }) => selector))
  const selectors = [...new Set(old.map(({ selector }) => selector))].filter((selector) => !again.has(selector))
  if (selectors.length === 0) return [result('dkim.left-over', 'none')]
  return Promise.all(
    selectors.map(async (subject) => {
      const found = await lookAtZone(world, facts.name, dkimRecordName(subject, facts.name), 'TXT')
      if (found.status === 'unknown') return result('dkim.left-over', 'unknown', { subject, found: [found.words] })
      const texts = valuesOf(found)
      return result('dkim.left-over', texts.length > 0 ? 'info' : 'ok', { subject, found: texts })
    }),
  )
}

/** Signing keys and their records. */
export const dkimFamily: CheckFamily<DomainFacts> = {
  name: 'dkim',
  checks: Object.keys(DKIM_CHECKS),
  run: async (world, facts) => {
    const used = facts.keys.filter(isInUse)
    const [records, leftOver] = await Promise.all([
      Promise.all(used.map((key) => checkKey(world, facts, key))),
      checkLeftOver(world, facts),
    ])
    const none = used.length === 0 ? SUBJECT_CHECKS.map((check) => result(check, 'none')) : []
    return [...judgeKeys(facts, world.now), ...records.flat(), ...none, ...leftOver]
  },
}
