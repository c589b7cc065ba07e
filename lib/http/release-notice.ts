import type { Notice } from '@/lib/http/action-state'
import type { MessageValues } from '@/lib/errors/app-error'

/** How far a release has got: what `waitForRelease` answers. `milliseconds` is null where nobody waited. */
export interface ReleaseState {
  state: 'live' | 'waiting' | 'refused'
  nodes: { name: string; state: string; words: string }[]
  milliseconds: number | null
}

/** What the sentences need of the reader's language; its namespace is `release`. */
export interface ReleaseLanguage {
  translate: (key: string, values?: MessageValues) => string
  list: (items: string[]) => string
  seconds: (value: number) => string
}

/** The line that tells where a release is: live on which nodes after how long, waiting for which, refused by which. */
export function releaseNotice(release: string, at: ReleaseState, language: ReleaseLanguage): Notice {
  const { translate, list } = language
  const link = { href: `/releases/${release}`, label: translate('link', { release }) }
  const named = (states: (state: string) => boolean): string[] =>
    at.nodes.filter((node) => states(node.state)).map((node) => node.name)
  if (at.nodes.length === 0) return { level: 'waiting', word: translate('stored'), text: translate('noNodes'), link }
  if (at.state === 'live') {
    const nodes = list(named(() => true))
    const text =
      at.milliseconds === null
        ? translate('liveOnNoTime', { nodes })
        : translate('liveOn', { nodes, seconds: language.seconds(at.milliseconds / 1000) })
    return { level: 'ok', word: translate('live'), text, link }
  }
  if (at.state === 'refused') {
    const refused = at.nodes.filter((node) => node.state === 'refused')
    const text = refused.map((node) => translate('refusedBy', { node: node.name, words: node.words })).join(' ')
    return { level: 'broken', word: translate('refused'), text: text || translate('refusedSomewhere'), link }
  }
  const waiting = named((state) => state !== 'live')
  const live = named((state) => state === 'live')
  const text =
    live.length > 0
      ? translate('waitingForSome', { live: list(live), waiting: list(waiting) })
      : translate('waitingFor', { waiting: list(waiting) })
  return { level: 'waiting', word: translate('waiting'), text, link }
}
