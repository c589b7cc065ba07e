import { SocketAddress, isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Deviations } from '@/lib/dmarc/deviations'
import type { LangText } from '@/lib/dmarc/schema'
import type { XmlNode } from '@/lib/dmarc/xml-tree'

const FREE_TEXT_LENGTH = 1000
export const DOMAIN_LENGTH = 253
const MAX_COUNT = 2 ** 31 - 1

/** Reads the children of one element by name; counts those that repeat or that nobody knows. */
export class Fields {
  private readonly byName = new Map<string, XmlNode[]>()

  /**
   * @param known names that a version of the format has here; `many` those that may repeat.
   */
  constructor(
    readonly node: XmlNode,
    private readonly deviations: Deviations,
    known: readonly string[],
    many: readonly string[] = [],
  ) {
    for (const child of node.children) {
      if (child.isForeign) continue
      if (!known.includes(child.name) && !many.includes(child.name)) {
        deviations.add('element-unknown', `${node.name}/${child.name}`)
        continue
      }
      const same = this.byName.get(child.name)
      if (!same) this.byName.set(child.name, [child])
      else if (many.includes(child.name)) same.push(child)
      else deviations.add('element-repeated', `${node.name}/${child.name}`)
    }
  }

  /** The element of that name, or null. */
  one(name: string): XmlNode | null {
    return this.byName.get(name)?.[0] ?? null
  }

  all(name: string): XmlNode[] {
    return this.byName.get(name) ?? []
  }

  /** Its text without white space around it; empty where the element is missing. */
  text(name: string): string {
    return this.one(name)?.text.trim() ?? ''
  }

  /** Free text for people, cut at 1,000 characters; null where missing or empty. */
  free(name: string): LangText | null {
    const node = this.one(name)
    return node ? freeText(node, this.deviations) : null
  }

  /**
   * A keyword of a closed list, whatever its case. An empty or missing one is null (counted when `isRequired`), an
   * unknown one is `fallback` and counted.
   */
  keyword<K extends string, F>(name: string, words: readonly K[], fallback: F, isRequired = false): K | F | null {
    const written = this.text(name)
    const path = `${this.node.name}/${name}`
    if (written === '') {
      if (isRequired) this.deviations.add('value-missing', path)
      return null
    }
    const lower = written.toLowerCase()
    const word = words.find((candidate) => candidate === lower)
    if (word === undefined) {
      this.deviations.add('value-unknown', `${path}: ${written}`)
      return fallback
    }
    if (lower !== written) this.deviations.add('value-case', `${path}: ${written}`)
    return word
  }
}

export function freeText(node: XmlNode, deviations: Deviations): LangText | null {
  const text = node.text.trim().toWellFormed()
  if (text === '') return null
  if (text.length > FREE_TEXT_LENGTH) deviations.add('text-truncated', node.name)
  return { text: text.slice(0, FREE_TEXT_LENGTH).toWellFormed(), lang: node.lang?.slice(0, 35) ?? null }
}

/**
 * The one form of an address: IPv6 compressed and lower case (RFC 5952), IPv4-mapped IPv6 as IPv4. Brackets around it are
 * dropped; null for anything else, zone indexes included.
 */
export function canonicalIp(written: string): string | null {
  const bare = written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1).replace(/^IPv6:/i, '') : written
  const version = isIP(bare)
  if (version === 4) return bare
  if (version !== 6 || bare.includes('%')) return null
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  return mapped?.[1] ?? address
}

/** A number of messages, 1 to 2147483647; null for anything else (a sign, a fraction, an exponent). */
export function messageCount(written: string): number | null {
  if (!/^\+?\d{1,12}$/.test(written)) return null
  const count = Number(written)
  return count >= 1 && count <= MAX_COUNT ? count : null
}

/** A domain as reporters write it, in lower case without the final dot; it may be anything that fits, even not a name. */
export function looseDomain(written: string): string {
  return written.toLowerCase().replace(/\.$/, '').toWellFormed()
}

/** A host name as A-label in lower case, or null. Underscores are allowed: sub-domains with them send mail. */
export function strictDomain(written: string): string | null {
  const ascii = domainToASCII(written.replace(/\.$/, '')).toLowerCase()
  if (ascii.length === 0 || ascii.length > DOMAIN_LENGTH) return null
  const labels = ascii.split('.')
  const isName = labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? ascii : null
}
