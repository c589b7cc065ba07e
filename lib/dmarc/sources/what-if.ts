import { getDomain } from 'tldts'
import type { PolicyAction } from '@/lib/dmarc/schema'
import { groupSources, type Source, type SourceLine, type SourceWorld } from '@/lib/dmarc/sources/group-sources'

/** A policy that is thought about: what a receiver does with mail that fails, and how exact names must be. */
export interface Proposal {
  p: PolicyAction
  /** For subdomains; null: as `p`. */
  sp: PolicyAction | null
  /** For subdomains that do not exist; null: as `sp`. */
  np: PolicyAction | null
  adkim: 'r' | 's'
  aspf: 'r' | 's'
}

/** The world of the sources, and the names in it that DNS knows nothing of; one that nobody asked about yet counts as there. */
export interface WhatIfWorld extends SourceWorld {
  missing: ReadonlySet<string>
}

export interface FailingSource {
  source: Source
  /** Messages of it that the policy would have stopped. */
  stopped: number
}

/** `not-enough`: too few days or messages to judge by. `not-yet`: mail that is, or may be, ours would be stopped. */
export type Verdict = 'safe' | 'not-yet' | 'not-enough'

export interface WhatIf {
  verdict: Verdict
  messages: number
  /** Days of the time that have a report. */
  days: number
  /** Stopped, and not forwarded mail. */
  stopped: number
  /** Stopped on the way through somebody who passed it on. */
  forwarded: number
  /** What stands against it: sources of our own, services, and strangers with a real share. Most first. */
  against: FailingSource[]
  /** What would be stopped and speaks for the policy: strangers with next to nothing, and forwarders apart. */
  others: FailingSource[]
}

const LEAST_DAYS = 14
const LEAST_MESSAGES = 50
/** A stranger with more of all messages than this may be somebody of ours whom nobody remembers. */
const REAL_SHARE = 0.01
/** So many messages of a source of ours may fail by accident (a broken signature, a DNS time-out). */
const ACCIDENTS = 0.005

function passes(texts: readonly string[]): string[] {
  return texts.filter((text) => text.startsWith('pass ')).map((text) => text.split(' ')[1] ?? '')
}

/** Alignment (RFC 9989 §4.4.1, §4.4.2) as the proposal has it, from the names that passed. */
function isAligned(names: readonly string[], headerFrom: string, mode: 'r' | 's', wasAligned: boolean): boolean {
  if (mode === 's') return names.includes(headerFrom)
  const organisation = getDomain(headerFrom) ?? headerFrom
  return wasAligned || names.some((name) => (getDomain(name) ?? name) === organisation)
}

/** Which of the three applies to mail from a name (RFC 9989 §4.10.1). */
function actionFor(headerFrom: string, { domain, missing }: WhatIfWorld, { p, sp, np }: Proposal): PolicyAction {
  if (headerFrom === domain) return p
  return (missing.has(headerFrom) ? (np ?? sp) : sp) ?? p
}

/** The lines as receivers would have judged them under the proposal; those that it would have stopped are `isStopped`. */
function judged(lines: readonly SourceLine[], world: WhatIfWorld, proposal: Proposal): SourceLine[] {
  return lines.map((line) => {
    const isDkimAligned = isAligned(passes(line.dkim), line.headerFrom, proposal.adkim, line.isDkimAligned)
    const isSpfAligned = isAligned(passes([line.spf]), line.headerFrom, proposal.aspf, line.isSpfAligned)
    const isStopped = !isDkimAligned && !isSpfAligned && actionFor(line.headerFrom, world, proposal) !== 'none'
    return { ...line, isDkimAligned, isSpfAligned, isStopped }
  })
}

/** Whether a source is one of ours by what is known of it or said of it, or is a service that may send for us. */
function isKnown({ kind, isOurs }: Source): boolean {
  return isOurs ?? (kind === 'own' || kind === 'service')
}

/** Whether more of its mail was stopped than accidents explain, and it is, or may be, ours. */
export function losesMail(source: Source): boolean {
  return source.forwarding !== 'yes' && isKnown(source) && source.stopped > source.messages * ACCIDENTS
}

function standsAgainst(source: Source, messages: number): boolean {
  if (source.forwarding === 'yes' || source.isOurs === false) return false
  return isKnown(source) ? losesMail(source) : source.stopped > messages * REAL_SHARE
}

/**
 * What a policy would have done to the mail of the time that the lines are about. Forwarded mail is counted apart: no
 * setting of ours mends it. Strangers with a small share are what a policy is for. Pure.
 */
export function whatIf(lines: readonly SourceLine[], days: number, world: WhatIfWorld, proposal: Proposal): WhatIf {
  const sources = groupSources(judged(lines, world, proposal), world)
  const messages = sources.reduce((sum, source) => sum + source.messages, 0)
  const failing = sources
    .filter((source) => source.stopped > 0)
    .map((source) => ({ source, stopped: source.stopped }))
    .sort((a, b) => b.stopped - a.stopped)
  const sum = (some: readonly FailingSource[]) => some.reduce((total, { stopped }) => total + stopped, 0)
  const against = failing.filter(({ source }) => standsAgainst(source, messages))
  const others = failing.filter((one) => !against.includes(one))
  const isEnough = days >= LEAST_DAYS && messages >= LEAST_MESSAGES
  return {
    verdict: against.length > 0 ? 'not-yet' : isEnough ? 'safe' : 'not-enough',
    ...{ messages, days, against, others },
    stopped: sum(failing.filter(({ source }) => source.forwarding !== 'yes')),
    forwarded: sum(failing.filter(({ source }) => source.forwarding === 'yes')),
  }
}
