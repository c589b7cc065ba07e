/** RFC 7208 §4.6.4. `names` is how many MX or PTR names of one term are looked up. */
export interface SpfLimits {
  lookups: number
  voidLookups: number
  names: number
  milliseconds: number
}
export const SPF_LIMITS: SpfLimits = { lookups: 10, voidLookups: 2, names: 10, milliseconds: 20_000 }

/** RFC 7208 §2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** Whose mail is judged (RFC 7208 §4.1). An empty `sender` is the null reverse-path: the HELO name is judged (§2.4). */
export interface SpfSender {
  address: string
  sender: string
  helo: string
}

/** Why an evaluation ended in an error: in whose record, and the term, name or words that tell. */
export interface SpfProblem {
  reason:
    | 'several'
    | 'syntax'
    | 'too-many-lookups'
    | 'too-many-voids'
    | 'too-many-names'
    | 'loop'
    | 'no-record'
    | 'bad-name'
    | 'dns'
    | 'time'
  domain: string
  detail: string
}

/** One term as it was gone through. `lookups` are its own and those of the record below it. */
export interface SpfStep {
  term: string
  /** The name that was asked for, macros expanded; empty where none was. */
  target: string
  outcome: 'match' | 'no-match' | 'error'
  lookups: number
  isVoid: boolean
  below: SpfTrace | null
}

/** A record with the terms that were reached, in their order. */
export interface SpfTrace {
  domain: string
  record: string | null
  steps: SpfStep[]
}

export interface SpfEvaluation {
  result: SpfResult
  problem: SpfProblem | null
  /** The mechanism that decided, and in whose record it stands. */
  matched: { domain: string; term: string } | null
  lookups: number
  voidLookups: number
  trace: SpfTrace
}
