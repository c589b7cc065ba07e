import type { DkimKeyState, SuspendMode } from '@/lib/db/generated/enums'
import { shownGrade } from '@/lib/deliverability/schema'

/** What a domain's readiness is judged by. */
export interface ReadinessFacts {
  /** Nodes that refused its last change and keep an earlier state of it. */
  refusingNodes: string[]
  suspendMode: SuspendMode | null
  /** The records it should have; `state` is null before DNS was first asked. */
  records: { purpose: string; state: string | null }[]
  keyStates: DkimKeyState[]
  /** The newest test; null where none ran. */
  lastTest: { state: string; grade: string; isStandIn: boolean; finishedAt: Date | null } | null
}

/** The one word on a domain, the worst first. `wrong` and `total` count records. */
export interface Readiness {
  level: 'ok' | 'attention' | 'broken' | 'waiting' | 'unknown'
  code:
    | 'refused'
    | 'suspended'
    | 'records-wrong'
    | 'mx-elsewhere'
    | 'records-unknown'
    | 'records-waiting'
    | 'key-waiting'
    | 'test-failed'
    | 'test-running'
    | 'unproven'
    | 'ready'
  /** Nodes that refuse it. */
  nodes: string[]
  wrong: number
  total: number
  /** The grade of the newest test where it passed, as pages name it. */
  grade: ReturnType<typeof shownGrade> | null
  provenAt: Date | null
}

const WRONG = new Set(['missing', 'different', 'several'])

/**
 * How far a domain is on its way to proven mail. An MX that still leads elsewhere is no fault (mail may be moved later);
 * a record that nobody could ask about makes it unknown, never broken. Pure.
 */
export function judgeReadiness(facts: ReadinessFacts): Readiness {
  const records = facts.records.filter(({ purpose }) => purpose !== 'own' && purpose !== 'withdrawn')
  const wrong = records.filter(
    ({ purpose, state }) => state !== null && WRONG.has(state) && !(purpose === 'mx' && state === 'different'),
  )
  const proof = facts.lastTest?.state === 'passed' ? facts.lastTest : null
  const base = {
    nodes: facts.refusingNodes,
    wrong: wrong.length,
    total: records.length,
    grade: proof ? shownGrade(proof.grade, proof.isStandIn) : null,
    provenAt: proof?.finishedAt ?? null,
  }
  const has = (state: string | null): boolean => records.some((record) => record.state === state)
  if (facts.refusingNodes.length > 0) return { ...base, level: 'broken', code: 'refused' }
  if (facts.suspendMode !== null) return { ...base, level: 'attention', code: 'suspended' }
  if (wrong.length > 0) return { ...base, level: 'broken', code: 'records-wrong' }
  if (facts.lastTest?.state === 'failed') return { ...base, level: 'broken', code: 'test-failed' }
  if (has('different')) return { ...base, level: 'attention', code: 'mx-elsewhere' }
  if (has('propagating')) return { ...base, level: 'waiting', code: 'records-waiting' }
  if (has(null) || has('temperror')) return { ...base, level: 'unknown', code: 'records-unknown' }
  if (!facts.keyStates.includes('active')) return { ...base, level: 'waiting', code: 'key-waiting' }
  if (proof) return { ...base, level: 'ok', code: 'ready' }
  const isRunning = facts.lastTest?.state === 'queued' || facts.lastTest?.state === 'running'
  return { ...base, level: 'waiting', code: isRunning ? 'test-running' : 'unproven' }
}
