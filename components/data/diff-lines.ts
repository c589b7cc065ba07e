import type { DiffLine } from '@/components/ui/diff'

export interface LineChange {
  map: string
  domain: string
  key: string
  before: string | null
  after: string | null
}

/** The changes of a release as lines to show: a heading for each map and domain, then what went and what came. */
export function diffLines(changes: LineChange[]): DiffLine[] {
  const lines: DiffLine[] = []
  let heading = ''
  for (const { map, domain, key, before, after } of changes) {
    const own = domain === '' ? map : `${map}/${domain}`
    if (own !== heading) lines.push({ kind: 'heading', text: own })
    heading = own
    if (before !== null) lines.push({ kind: 'remove', text: `${key}  ${before}` })
    if (after !== null) lines.push({ kind: 'add', text: `${key}  ${after}` })
  }
  return lines
}
