import { fillResults, result, type CheckFamily, type CheckResult, type NodeFacts } from '@/lib/checks/check'
import { serviceServer } from '@/lib/checks/service-server'
import { judgeCertificate } from '@/lib/checks/judge-certificate'
import { judgeAddresses, judgeRelay, judgeVrfy, questionsFor } from '@/lib/checks/smtp-questions'
import type { CheckWorld, SeenTls, SmtpDialogue } from '@/lib/checks/world'

export const SMTP_CHECKS = {
  'smtp.banner': { who: 'server' },
  'smtp.greeting-name': { who: 'server' },
  'smtp.slow': { who: 'host' },
  'smtp.starttls': { who: 'server' },
  'smtp.certificate': { who: 'server' },
  'smtp.tls-version': { who: 'server' },
  'smtp.open-relay': { who: 'server' },
  'smtp.postmaster': { who: 'server' },
  'smtp.vrfy': { who: 'server' },
} as const

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'fine', seconds: 0, days: 0, bits: 0, addresses: '' }

/** After so long senders with little patience are gone; RFC 5321 §4.5.3.2.1 lets them wait five minutes. */
const SLOW_MS = 5_000
const OLD_VERSIONS = ['SSLv3', 'TLSv1', 'TLSv1.1']

type Answered = Extract<SmtpDialogue, { status: 'answered' }>

/** Point 20: 220 and a host name (RFC 5321 §4.2), the node's own, for others compare it with EHLO and PTR. */
function judgeGreeting({ banner, milliseconds }: Answered, hostName: string): CheckResult[] {
  const name = /^220[ -](\S+)/.exec(banner)?.[1]?.toLowerCase()
  const isSlow = milliseconds > SLOW_MS
  const seconds = isSlow ? Math.round(milliseconds / 1000) : 0
  return [
    name?.includes('.')
      ? result('smtp.banner', 'ok')
      : result('smtp.banner', banner.startsWith('220') ? 'attention' : 'broken', { found: [banner] }),
    name === undefined || name === hostName
      ? result('smtp.greeting-name', name === undefined ? 'none' : 'ok')
      : result('smtp.greeting-name', 'attention', { found: [name], expected: [hostName] }),
    result('smtp.slow', isSlow ? 'attention' : 'ok', { values: { seconds } }),
  ]
}

/** Point 21: STARTTLS offered, and its handshake done (RFC 3207). */
function judgeStartTls({ tls, extensions }: Answered): CheckResult {
  const say = (level: CheckResult['level'], state: string, found: string[] = []) =>
    result('smtp.starttls', level, { found, values: { state } })
  if (tls === null) return say('broken', 'missing', extensions.toSorted())
  if (tls.status === 'done') return say('ok', 'fine')
  return say(tls.isTimeout ? 'unknown' : 'broken', 'failed', [tls.words])
}

/** Point 23, as far as it can be seen: 1.2 or later is spoken (RFC 8996), and nothing older. */
function judgeVersion(tls: SeenTls | null, old: SmtpDialogue): CheckResult {
  if (tls?.status !== 'done') return result('smtp.tls-version', 'none', { values: { state: 'fine' } })
  const say = (level: CheckResult['level'], state: string, version: string) =>
    result('smtp.tls-version', level, { found: [version], values: { state } })
  if (OLD_VERSIONS.includes(tls.protocol)) return say('broken', 'onlyOld', tls.protocol)
  const alsoOld = old.status === 'answered' && old.tls?.status === 'done' ? old.tls.protocol : null
  return alsoOld === null ? say('ok', 'fine', tls.protocol) : say('attention', 'alsoOld', alsoOld)
}

async function run(world: CheckWorld, facts: NodeFacts): Promise<CheckResult[]> {
  const { hostName, roles } = facts
  const place = roles.includes('smtp') ? await serviceServer(world, facts, 'smtp') : null
  if (!place) return fillResults(SMTP_CHECKS, [], 'none', NOTHING)
  const unknown = (words: string) =>
    fillResults(SMTP_CHECKS, [result('smtp.banner', 'unknown', { found: [words] })], 'unknown', NOTHING)
  if ('words' in place) return unknown(place.words)
  const [dialogue, old] = await Promise.all([
    world.smtp(place.server, hostName, questionsFor(hostName)),
    world.smtp(place.server, hostName, [], 'TLSv1.1'),
  ])
  if (dialogue.status === 'nonsense')
    return fillResults(SMTP_CHECKS, [result('smtp.banner', 'broken', { found: [dialogue.words] })], 'unknown', NOTHING)
  // That nobody answers on port 25 is host.port25-in's to say.
  if (dialogue.status !== 'answered') return unknown(dialogue.words)
  const { tls, replies } = dialogue
  const certificate = tls?.status === 'done' ? [judgeCertificate(tls.certificate, hostName, world.now)] : []
  const results = [
    ...judgeGreeting(dialogue, hostName),
    ...(dialogue.banner.startsWith('220') ? [judgeStartTls(dialogue), judgeVersion(tls, old)] : []),
    ...certificate,
    ...[judgeRelay(replies, hostName), judgeAddresses(replies, hostName), judgeVrfy(replies)],
  ]
  return fillResults(SMTP_CHECKS, results, 'none', NOTHING)
}

/** What a mail node says on port 25 to a stranger. No mail is sent. */
export const smtpFamily: CheckFamily<NodeFacts> = { name: 'smtp', checks: Object.keys(SMTP_CHECKS), run }
