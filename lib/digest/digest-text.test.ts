import { describe, expect, test } from 'vitest'
import type { Digest } from '@/lib/digest/digest'
import { digestText } from '@/lib/digest/digest-text'

const quiet: Digest = {
  ...{ from: '2026-11-16', to: '2026-11-22', week: { messages: 12_345, aligned: 12_345 } },
  ...{ before: { messages: 11_000, aligned: 10_890 }, domains: [], hasMore: false },
  ...{ tls: { failed: 0, sessions: 900, domains: [] }, refused: { files: 0, reasons: [] } },
  silent: { count: 0, names: [] },
}
const busy: Digest = {
  ...quiet,
  week: { messages: 12_345, aligned: 12_111 },
  domains: [
    {
      ...{
        name: 'example.org',
        messages: 5_000,
        aligned: 4_820,
        newSources: ['sender.test', '192.0.2.7'],
        newCount: 5,
      },
      ours: [
        { name: 'mx1', failed: 120 },
        { name: 'Mailchimp', failed: 12 },
      ],
    },
    { name: 'b.test', messages: 60, aligned: 6, ours: [], newSources: ['192.0.2.9'], newCount: 1 },
  ],
  hasMore: true,
  tls: { failed: 12, sessions: 1_400, domains: [{ name: 'example.org', failed: 12, sessions: 300 }] },
  refused: {
    files: 4,
    reasons: [
      { reason: 'zip-encrypted', files: 3 },
      { reason: 'no-such-reason', files: 1 },
    ],
  },
  silent: { count: 22, names: ['c.test', 'd.test'] },
}
const URL = 'https://panel.test/reports'

describe.each(['en', 'fr'])('in %s', (language) => {
  test.each([
    ['a week with something to do', busy],
    ['a week without', quiet],
    ['a week without a message', { ...quiet, week: { messages: 0, aligned: 0 }, before: { messages: 0, aligned: 0 } }],
  ])('%s', async (name, digest) => {
    const { subject, text } = digestText(digest, language, URL)
    expect(text.split('\r\n').every((line) => !line.includes('\n'))).toBe(true)
    const file = `./golden/${language}-${name.replaceAll(' ', '-')}.txt`
    await expect(`Subject: ${subject}\n\n${text.replaceAll('\r\n', '\n')}`).toMatchFileSnapshot(file)
  })
})

test('a language that is not known is English', () => {
  expect(digestText(quiet, 'xx', URL)).toEqual(digestText(quiet, 'en', URL))
})

test('names from reports and DNS stay names: one line, no steering, no link, no address', () => {
  const evil = 'http://evil.test/\u202Eexe\r\n.\r\nBcc: a@b.test <script>'
  const { text } = digestText(
    {
      ...busy,
      domains: [{ ...quiet.week, name: 'a.test', ours: [{ name: evil, failed: 1 }], newSources: [evil], newCount: 1 }],
    },
    'en',
    URL,
  )
  expect(text).not.toMatch(/http:\/\/evil|\u202E|^\.\r|Bcc:|@|</m)
  expect(text.split('\r\n').filter((line) => line.includes('evil'))).toHaveLength(2)
})
