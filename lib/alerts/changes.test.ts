import { expect, test } from 'vitest'
import { alertText, latestChanges } from '@/lib/alerts/changes'
import type { AlertContent } from '@/lib/alerts/content'
import { alertLanguage } from '@/lib/alerts/language'
import type { CheckLevel } from '@/lib/checks/check'

const SINCE = new Date('2026-11-22T12:00:00Z')
const content = (name: string, level: CheckLevel, check = 'no.such', subject = '', alias = ''): AlertContent => ({
  scope: { kind: 'domain', name },
  crossings: [{ check, alias, subject, level, since: SINCE, isFlapping: false, values: {} }],
})
const text = (contents: AlertContent[], language = 'en') =>
  alertText(latestChanges(contents), alertLanguage(language), 'https://panel.test/checks')

test('one wrong thing of many domains is one line', () => {
  const names = Array.from({ length: 500 }, (_, index) => `d${index}.test`)
  const message = text(names.map((name) => content(name, 'broken')))
  expect(message.subject).toBe('Posthouse: 500 checks fail')
  expect(message.text.split('\r\n').slice(0, 3)).toEqual([
    'These checks fail now:',
    '- no.such',
    expect.stringMatching(/^ {2}d0\.test, d1\.test, d10\.test, .*,? and 480 more$/),
  ])
})

test('what broke and was mended before anybody was told counts as mended', () => {
  const message = text([content('a.test', 'broken'), content('b.test', 'attention'), content('a.test', 'ok')])
  expect(message.text).toMatch(
    /fail now:\r\n- no\.such\r\n {2}b\.test\r\n\r\nThese pass again:\r\n- no\.such\r\n {2}a\.test\r\n/,
  )
})

test('what is mended alone has its own subject, in both languages', () => {
  const contents = [content('a.test', 'ok'), content('b.test', 'none')]
  expect(text(contents).subject).toBe('Posthouse: 2 checks pass again')
  expect(text(contents, 'fr').subject).toBe('Posthouse : 2 contrôles sont rétablis')
})

test('what is about another name of a domain says which', () => {
  const contents = [
    content('a.test', 'broken'),
    content('a.test', 'broken', 'no.such', '', 'b.test'),
    content('a.test', 'broken', 'no.such', 'mx1', 'b.test'),
  ]
  expect(text(contents).text).toContain('  a.test, a.test (b.test), and a.test (b.test, mx1)\r\n')
})

test('what comes and goes is told apart from what fails and what passes', () => {
  const [flaps] = content('b.test', 'ok').crossings
  const contents = [
    content('a.test', 'broken'),
    { ...content('b.test', 'ok'), crossings: flaps ? [{ ...flaps, isFlapping: true }] : [] },
    content('c.test', 'ok'),
  ]
  const message = text(contents)
  expect(message.subject).toBe('Posthouse: 2 checks fail')
  expect(message.text).toMatch(
    /fail now:\r\n- no\.such\r\n {2}a\.test\r\n\r\nThese come and go;.*\r\n- no\.such\r\n {2}b\.test\r\n\r\nThese pass/,
  )
})
