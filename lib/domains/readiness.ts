import type { DkimKeyState, SuspendMode } from '@/lib/db/generated/enums'
import { shownGrade } from '@/lib/deliverability/schema'
import type { Need } from '@/lib/dns/purpose'

/** What a domain's readiness is judged by. */
export interface ReadinessFacts {
  /** Nodes that refused its last change and keep an earlier state of it. */
  refusingNodes: string[]
  suspendMode: SuspendMode | null
  /** It has no mail and says so: there is no key and nothing to prove. */
  isParked: boolean
  /** The records it should have; `state` is null before DNS was first asked. Only those that mail depends on count. */
  records: { purpose: string; need: Need; isHeld: boolean; state: string | null }[]
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
    | 'parked'
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

type JudgedRecord = ReadinessFacts['records'][number]

/** Mail that still goes to another server is no fault: it may be moved later, or by a step that waits. */
function isElsewhere({ purpose, isHeld, state }: JudgedRecord): boolean {
  return (
    purpose === 'mx' && (state === 'different' || (isHeld && state === 'missing') || (isHeld && state === 'several'))
  )
}

/**
 * How far a domain is on its way to proven mail. Recommended and optional records are for its page on DNS to tell; a
 * record that nobody could ask about makes it unknown, never broken. Pure.
 */
export function judgeReadiness(facts: ReadinessFacts): Readiness {
  const records = facts.records.filter(({ need }) => need === 'required')
  const wrong = records.filter((record) => WRONG.has(record.state ?? '') && !isElsewhere(record))
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
  if (records.some(isElsewhere)) return { ...base, level: 'attention', code: 'mx-elsewhere' }
  if (has('propagating')) return { ...base, level: 'waiting', code: 'records-waiting' }
  if (has(null) || has('temperror')) return { ...base, level: 'unknown', code: 'records-unknown' }
  if (facts.isParked) return { ...base, level: 'ok', code: 'parked' }
  if (!facts.keyStates.includes('active')) return { ...base, level: 'waiting', code: 'key-waiting' }
  if (proof) return { ...base, level: 'ok', code: 'ready' }
  const isRunning = facts.lastTest?.state === 'queued' || facts.lastTest?.state === 'running'
  return { ...base, level: 'waiting', code: isRunning ? 'test-running' : 'unproven' }
}
