import type { Source, SourceLine } from '@/lib/dmarc/sources/group-sources'

/** Messages that show one thing, and how many of them were aligned. */
export interface Shown {
  messages: number
  aligned: number
}

export interface ShownSignature extends Shown {
  domain: string
  selector: string
  result: string
}

export interface ShownEnvelope extends Shown {
  domain: string
  result: string
}

/** What a source's messages carry and what was done to them, most messages first. */
export interface SourceDetail {
  /** A message with several signatures counts with each. */
  signatures: ShownSignature[]
  envelopes: ShownEnvelope[]
  headerFroms: (Shown & { name: string })[]
  dispositions: (Shown & { disposition: string })[]
  /** By the reasons that reporters give for not applying the policy (RFC 9990), together; empty where nobody gave any. */
  overrides: (Shown & { types: string[]; stopped: number })[]
  /** By whether the mail of the report was from who it says. */
  trusts: (Shown & { trust: string })[]
}

/** What tells lines of a source apart beside who sent them. */
export interface DescribedLine extends SourceLine {
  disposition: string
  trust: string
}

const MOST = 50

function summed<T extends object>(
  lines: readonly DescribedLine[],
  keysOf: (line: DescribedLine) => readonly T[],
): (T & Shown)[] {
  const sums = new Map<string, T & Shown>()
  for (const line of lines)
    for (const key of keysOf(line)) {
      const text = JSON.stringify(key)
      const sum = sums.get(text) ?? { ...key, messages: 0, aligned: 0 }
      sums.set(text, sum)
      sum.messages += line.messages
      sum.aligned += line.isDkimAligned || line.isSpfAligned ? line.messages : 0
    }
  return [...sums]
    .sort(([a, one], [b, other]) => other.messages - one.messages || (a < b ? -1 : 1))
    .slice(0, MOST)
    .map(([, sum]) => sum)
}

/** Sums up the lines of one source by each of the things that they show, the 50 with most messages of each. Pure. */
export function describeSource(lines: readonly DescribedLine[]): SourceDetail {
  const stopped = new Map<string, number>()
  for (const { override, isStopped, messages } of lines)
    if (isStopped) stopped.set(override, (stopped.get(override) ?? 0) + messages)
  return {
    signatures: summed(lines, ({ dkim }) =>
      dkim.map((text) => {
        const [result = '', domain = '', selector = ''] = text.split(' ')
        return { domain, selector, result }
      }),
    ),
    envelopes: summed(lines, ({ spf }) => {
      const [result = '', domain = ''] = spf.split(' ')
      return spf === '' ? [] : [{ domain, result }]
    }),
    headerFroms: summed(lines, ({ headerFrom }) => [{ name: headerFrom }]),
    dispositions: summed(lines, ({ disposition }) => [{ disposition }]),
    overrides: summed(lines, ({ override }) => (override === '' ? [] : [{ override }])).map(({ override, ...sum }) => ({
      ...{ ...sum, types: override.split(','), stopped: stopped.get(override) ?? 0 },
    })),
    trusts: summed(lines, ({ trust }) => [{ trust }]),
  }
}

/** The path segment of a source's key, and back; null for what is none. */
export function sourceSegment({ key }: Pick<Source, 'key'>): string {
  return Buffer.from(key).toString('base64url')
}

export function sourceKeyOf(segment: string): string | null {
  const key = Buffer.from(segment, 'base64url').toString()
  return /^(?:own|named|service|forwarder|unknown):/.test(key) && sourceSegment({ key }) === segment ? key : null
}

/** What an administrator most likely means by this source: the domain that vouches for it, its one address, or null. */
export function suggestedMatch({ kind, addresses, signsAs, envelopes }: Source, domain: string): string | null {
  const [first, ...others] = addresses
  if (kind === 'own' || !first) return null
  const vouching = [...signsAs, ...envelopes].find((name) => name.includes('.') && !isOwnName(name, domain))
  if (vouching !== undefined) return vouching
  return others.length === 0 ? first.ip : (commonDomain(addresses.map(({ name }) => name)) ?? first.ip)
}

function isOwnName(name: string, domain: string): boolean {
  return name === domain || domain.endsWith(`.${name}`)
}

/** The longest domain of two labels or more that all names lie in. */
function commonDomain(names: readonly (string | null)[]): string | null {
  const [first, ...others] = names
  if (!first) return null
  const labels = first.split('.')
  for (let at = 0; at < labels.length - 1; at++) {
    const domain = labels.slice(at).join('.')
    if (others.every((name) => name === domain || name?.endsWith(`.${domain}`))) return domain
  }
  return null
}
