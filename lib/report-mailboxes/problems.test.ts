import { describe, expect, it } from 'vitest'
import { MailboxTrouble, problemOf } from '@/lib/report-mailboxes/problems'
import { addReportMailboxSchema } from '@/lib/report-mailboxes/schema'
import { backOff } from '@/lib/report-mailboxes/watch'

const error = (fields: object, words = 'words') => Object.assign(new Error(words), fields)

describe('what keeps a mailbox from being watched', () => {
  it.each([
    [{ authenticationFailed: true, code: 'EConnectionClosed' }, 'wrong-password'],
    [{ mailboxMissing: true }, 'folder-missing'],
    [{ code: 'ENOTFOUND' }, 'host-unknown'],
    [{ code: 'EAI_AGAIN' }, 'unreachable'],
    [{ code: 'ECONNREFUSED' }, 'refused'],
    [{ code: 'CONNECT_TIMEOUT' }, 'unreachable'],
    [{ code: 'ETIMEDOUT' }, 'unreachable'],
    [{ code: 'NoConnection' }, 'unreachable'],
    [{ code: 'ClosedAfterConnectTLS' }, 'unreachable'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', tlsFailed: true }, 'certificate'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'certificate'],
    [{ tlsFailed: true, _err: error({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }) }, 'certificate'],
    [{ code: 'MissingServerExtension' }, 'no-tls'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'no-tls'],
    [{}, 'other'],
  ])('%o is told as %s', (fields, code) => {
    expect(problemOf(error(fields)).code).toBe(code)
  })

  it('is told in the words of the server, bounded and without anything that is not text', () => {
    expect(problemOf(error({ responseText: 'No\u0007 such \u202euser' })).words).toBe('No  such  user')
    expect(problemOf(error({}, 'x'.repeat(1_000))).words).toHaveLength(300)
    expect(problemOf(new MailboxTrouble('mailbox-off', 'gone'))).toEqual({ code: 'mailbox-off', words: 'gone' })
    expect(problemOf('thrown')).toEqual({ code: 'other', words: 'thrown' })
  })
})

it('waits twice as long after each failure, up to five minutes, never less than half of that', () => {
  const waits = [1, 2, 3, 9, 10, 1_000].map((failures) => [backOff(failures, () => 0), backOff(failures, () => 1)])
  expect(waits).toEqual([
    [1_000, 500],
    [2_000, 1_000],
    [4_000, 2_000],
    [256_000, 128_000],
    [300_000, 150_000],
    [300_000, 150_000],
  ])
})

describe('a mailbox to watch', () => {
  const elsewhere = {
    ...{ kind: 'elsewhere', host: 'IMAP.example.org', port: '993', security: 'tls', username: 'u', password: ' p ' },
  }
  const issues = (input: object) => addReportMailboxSchema.safeParse({ ...elsewhere, ...input }).error?.issues ?? []

  it('keeps its password as it is typed, and has folders of its own', () => {
    expect(addReportMailboxSchema.parse(elsewhere)).toMatchObject({
      ...{ host: 'imap.example.org', port: 993, password: ' p ', folder: 'INBOX', doneFolder: 'Reports done' },
    })
  })

  it('is never read from the folder that its mail is moved to, or without TLS', () => {
    expect(issues({ doneFolder: 'inbox' })).toMatchObject([{ path: ['doneFolder'], message: 'report.sameFolder' }])
    expect(issues({ security: 'none' })).toHaveLength(1)
    expect(issues({ folder: 'a\r\nb' })).toMatchObject([{ message: 'report.unprintable' }])
    expect(issues({ host: 'a b' })).toMatchObject([{ message: 'probe.host' }])
  })
})
