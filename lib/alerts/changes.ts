import type { AlertContent } from '@/lib/alerts/content'
import type { AlertLanguage } from '@/lib/alerts/language'
import { levelRank, sideOf } from '@/lib/checks/level'

/** One thing that changed, of one domain or node. */
export type Change = AlertContent['crossings'][number] & { scope: AlertContent['scope'] }

/** The last word on each thing, the worst first and then by name: what broke and was mended again before anybody was told is fine. */
export function latestChanges(contents: readonly AlertContent[]): Change[] {
  const latest = new Map<string, Change>()
  for (const { scope, crossings } of contents)
    for (const crossing of crossings) {
      const key = [scope.kind, scope.name, crossing.check, crossing.alias, crossing.subject].join('\0')
      latest.set(key, { ...crossing, scope })
    }
  return [...latest.values()].sort(
    (one, other) => levelRank(other.level) - levelRank(one.level) || (nameOf(one) < nameOf(other) ? -1 : 1),
  )
}

export const isWrong = ({ level }: Change): boolean => sideOf(level) === 'wrong'

/** What of a change is told: what comes and goes is neither wrong nor fine. */
const kindOf = (change: Change) => (change.isFlapping ? 'flapping' : isWrong(change) ? 'wrong' : 'fine')

const MOST_NAMES = 20
const MOST_GROUPS = 100

function nameOf({ scope, alias, subject }: Change): string {
  const beside = [alias, subject === (alias || scope.name) ? '' : subject].filter(Boolean)
  return beside.length === 0 ? scope.name : `${scope.name} (${beside.join(', ')})`
}

function groupLines(changes: readonly Change[], { say, titleOf, list }: AlertLanguage): string[] {
  const groups = Map.groupBy(changes, (change) => titleOf(change))
  const lines = [...groups].slice(0, MOST_GROUPS).flatMap(([title, same]) => {
    const names = same.slice(0, MOST_NAMES).map(nameOf)
    const more = same.length - names.length
    return [`- ${title}`, `  ${list(more > 0 ? [...names, say('more', { count: more })] : names)}`]
  })
  return groups.size > MOST_GROUPS ? [...lines, `- ${say('more', { count: groups.size - MOST_GROUPS })}`] : lines
}

/** The message about some changes, one wrong thing of many domains as one line. `pageUrl` is where they are shown. */
export function alertText(
  changes: readonly Change[],
  language: AlertLanguage,
  pageUrl: string,
): { subject: string; text: string } {
  const { say } = language
  const groups = (['wrong', 'flapping', 'fine'] as const).map((kind) => ({
    kind,
    some: changes.filter((change) => kindOf(change) === kind),
  }))
  const parts = groups.flatMap(({ kind, some }) =>
    some.length > 0 ? [say(kind), ...groupLines(some, language), ''] : [],
  )
  const fine = changes.filter((change) => kindOf(change) === 'fine').length
  const subject = say('subject', { wrong: changes.length - fine, fine })
  return { subject, text: lineEnds([...parts, say('where', { url: pageUrl }), say('why')]) }
}

/** The message by which somebody tries whether alerts arrive. */
export function testText({ say }: AlertLanguage, pageUrl: string): { subject: string; text: string } {
  return { subject: say('testSubject'), text: lineEnds([say('testText'), say('where', { url: pageUrl })]) }
}

const lineEnds = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`
