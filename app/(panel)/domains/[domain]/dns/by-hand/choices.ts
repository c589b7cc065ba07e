import { gandiLine } from '@/lib/dns/by-hand/gandi'
import { HOST_STYLES, NAME_STYLES, PART_STYLES, TEXT_STYLES, type GenericStyle } from '@/lib/dns/by-hand/generic'
import type { HandTask } from '@/lib/dns/by-hand/of-listed'
import { formatZoneText } from '@/lib/dns/zone-text'

/** Whose forms records are shown for: those of two hosts, lines of a zone file, or any host by its habits. */
export const HOSTS = ['ovh', 'gandi', 'lines', 'generic'] as const
export type Host = (typeof HOSTS)[number]

/** What the address of the page says. */
export interface Choices {
  host: Host
  style: GenericStyle
  /** Also the records that are as they should be. */
  isAll: boolean
  /** The same, to be said again in links. */
  query: Record<string, string | null>
}

function one<T extends string>(known: readonly [T, ...T[]], given: string | undefined): T {
  return known.find((value) => value === given) ?? known[0]
}

/** The page's query as it may come. */
export interface ChoicesQuery {
  at?: string
  name?: string
  text?: string
  dot?: string
  parts?: string
  all?: string
}

/** Reads the page's query; what is none of the choices is the first of them. */
export function readChoices(query: ChoicesQuery): Choices {
  const host = one(HOSTS, query.at)
  const style: GenericStyle = {
    name: one(NAME_STYLES, query.name),
    text: one(TEXT_STYLES, query.text),
    host: one(HOST_STYLES, query.dot),
    parts: one(PART_STYLES, query.parts),
  }
  const isAll = query.all === '1'
  const said = { at: host, name: style.name, text: style.text, dot: style.host, parts: style.parts }
  return { host, style, isAll, query: { ...(host === 'generic' ? said : { at: host }), all: isAll ? '1' : null } }
}

/** Records of one zone as one text, for the hosts that take such; null for those with a form for each. */
export function linesOf(host: Host, tasks: readonly HandTask[]): string | null {
  const records = tasks.map(({ record }) => record)
  if (host === 'gandi') return records.map((record) => `${gandiLine(record)}\n`).join('')
  return host === 'lines' ? formatZoneText(records) : null
}
