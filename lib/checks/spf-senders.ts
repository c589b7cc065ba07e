import { result, type CheckLevel, type CheckResult } from '@/lib/checks/check'
import type { CheckWorld } from '@/lib/checks/world'
import { isGlobalAddress } from '@/lib/settings/addresses'
import { evaluateSpf } from '@/lib/spf/evaluate'
import type { SpfEvaluation, SpfSender } from '@/lib/spf/evaluation'

/** How the texts of a domain judge one of our senders. Void look-ups are counted and end nothing (MAIL rule 34). */
export function evaluateOwn(world: CheckWorld, sender: SpfSender, texts: readonly string[]): Promise<SpfEvaluation> {
  return evaluateSpf(world.dns, sender, { texts, limits: { voidLookups: Infinity } })
}

/** What an evaluation met, in a line: whose record and the term, or the words of the server that did not answer. */
function lineOf({ result: verdict, problem, matched }: SpfEvaluation): string {
  if (problem) return `${verdict}: ${problem.reason} ${problem.domain} ${problem.detail}`.trim()
  return matched ? `${verdict}: ${matched.domain} ${matched.term}` : verdict
}

/** Point 37 for one address. An address that nobody outside reaches harms nobody (MAIL rule 34). */
export function judgeAddress(
  domain: string,
  address: string,
  evaluation: SpfEvaluation,
  expected: string[],
): CheckResult {
  const { result: verdict, problem } = evaluation
  const values = { address, domain, result: verdict, reason: problem?.reason ?? 'other' }
  const found = [lineOf(evaluation)]
  if (verdict === 'pass') return result('spf.own-addresses', 'ok', { subject: address, found, values })
  if (verdict === 'temperror') return result('spf.own-addresses', 'unknown', { subject: address, found, values })
  const level = isGlobalAddress(address) ? 'broken' : 'info'
  return result('spf.own-addresses', level, { subject: address, found, expected, values })
}

const HELO_LEVELS: Record<SpfEvaluation['result'], CheckLevel> = {
  pass: 'ok',
  // Without a record nobody is harmed but bounces, which are judged by this name alone (RFC 7208 §2.4).
  none: 'attention',
  neutral: 'attention',
  softfail: 'attention',
  fail: 'broken',
  permerror: 'broken',
  temperror: 'unknown',
}
const RANK: readonly CheckLevel[] = ['ok', 'info', 'unknown', 'attention', 'broken']

/** Points 37 and 40 of a node: the name that it says in EHLO, over all of its addresses. */
export function judgeHelo(
  host: string,
  texts: readonly string[],
  evaluations: readonly { address: string; evaluation: SpfEvaluation }[],
): CheckResult {
  const judged = evaluations.map(({ address, evaluation }) => {
    const level = HELO_LEVELS[evaluation.result]
    const isHarmless = !isGlobalAddress(address) && (level === 'attention' || level === 'broken')
    return { address, evaluation, level: isHarmless ? 'info' : level }
  })
  const [worst] = judged.toSorted((a, b) => RANK.indexOf(b.level) - RANK.indexOf(a.level))
  if (!worst) return result('spf.helo', 'none')
  const { address, evaluation, level } = worst
  return result('spf.helo', level, {
    subject: host,
    found: [...texts, ...judged.map((one) => `${one.address} ${lineOf(one.evaluation)}`)],
    expected: level === 'ok' ? [] : ['v=spf1 a -all'],
    values: { host, address, result: evaluation.result },
  })
}
