import { expect, it } from 'vitest'
import { releaseNotice, type ReleaseState } from '@/lib/http/release-notice'

const language = {
  translate: (key: string, values: Record<string, string | number> = {}) =>
    [key, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' '),
  list: (items: string[]) => items.join('+'),
  seconds: (value: number) => value.toFixed(1),
}
const node = (name: string, state: string, words = '') => ({ name, state, words })
const say = (state: ReleaseState) => releaseNotice('7', state, language)

it('names the nodes and the time when a release is live', () => {
  const notice = say({ state: 'live', nodes: [node('imap1', 'live'), node('mx1', 'live')], milliseconds: 213 })
  expect(notice).toMatchObject({
    level: 'ok',
    text: 'liveOn nodes=imap1+mx1 seconds=0.2',
    link: { href: '/releases/7' },
  })
})

it('says no time where nobody measured it', () => {
  expect(say({ state: 'live', nodes: [node('mx1', 'live')], milliseconds: null }).text).toBe('liveOnNoTime nodes=mx1')
})

it('tells apart the nodes that run it from those that are waited for', () => {
  const notice = say({
    state: 'waiting',
    nodes: [node('imap1', 'live'), node('mx1', 'down', 'refused')],
    milliseconds: 3000,
  })
  expect(notice).toMatchObject({ level: 'waiting', text: 'waitingForSome live=imap1 waiting=mx1' })
})

it('shows a refusing node’s own words', () => {
  const notice = say({ state: 'refused', nodes: [node('mx1', 'refused', 'bad key')], milliseconds: 10 })
  expect(notice).toMatchObject({ level: 'broken', text: 'refusedBy node=mx1 words=bad key' })
})

it('never claims that a release is live where there is no node', () => {
  expect(say({ state: 'live', nodes: [], milliseconds: 0 })).toMatchObject({ level: 'waiting', text: 'noNodes' })
})
