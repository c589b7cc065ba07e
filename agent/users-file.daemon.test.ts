import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuseEntry, type UserValue } from '@/lib/agent-protocol/maps'
import { findAccount } from './files'
import { openUsersFile, userRow, type UsersFile } from './users-file'

const DOMAIN = 'a.test'
const runFile = promisify(execFile)
const run = (program: string, args: string[]) => runFile(program, args, { timeout: 10_000 })

describe('users for Dovecot', () => {
  let dir = ''
  let users: UsersFile
  let config = ''

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthouse-users-'))
    chmodSync(dir, 0o755)
    const path = join(dir, 'users', 'users.sqlite')
    users = openUsersFile(path, findAccount('dovecot'))
    config = join(dir, 'dovecot.conf')
    mkdirSync(join(dir, 'run'))
    writeFileSync(
      join(dir, 'sql.conf'),
      `driver = sqlite
connect = ${path}
password_query = SELECT address AS user, password FROM users WHERE address = '%u'
user_query = SELECT '/mail/' || home AS home, quota_bytes AS quota, services, format FROM users WHERE address = '%u'
iterate_query = SELECT address AS user FROM users
`,
    )
    writeFileSync(
      config,
      `base_dir = ${dir}/run
state_dir = ${dir}/run
log_path = ${dir}/log
protocols =
auth_failure_delay = 0
ssl = no
auth_username_chars = "abcdefghijklmnopqrstuvwxyz0123456789!#$&'*=?^_\`{}~.-@"
first_valid_uid = 1
passdb {
  driver = sql
  args = ${dir}/sql.conf
}
userdb {
  driver = sql
  args = ${dir}/sql.conf
  default_fields = uid=65534 gid=65534
}
`,
    )
    // It leaves a daemon behind, which must not hold this process's pipes.
    execFileSync('/usr/sbin/dovecot', ['-c', config], { stdio: 'ignore', timeout: 10_000 })
  })
  afterAll(() => {
    execFileSync('/usr/sbin/dovecot', ['-c', config, 'stop'], { stdio: 'ignore', timeout: 10_000 })
    users.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const address = fc.stringMatching(/^[a-z0-9!#$&'*=?^_`{}~.-]{1,30}$/).map((name) => `${name}@${DOMAIN}`)
  const value: fc.Arbitrary<UserValue> = fc.record({
    home: fc.stringMatching(/^[a-z0-9]{12,32}$/),
    format: fc.constantFrom('maildir' as const, 'mbox' as const),
    quotaBytes: fc.nat(),
    services: fc.subarray(['imap', 'pop3', 'lmtp', 'smtp', 'sieve'] as const).map((list) => [...list]),
    password: fc.option(fc.stringMatching(/^[\x21-\x7e]{4,40}$/).map((text) => `{PLAIN}${text}`)),
  })

  it('that are accepted are each exactly one user, whatever was sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(address, value), { minLength: 10, maxLength: 60, selector: ([key]) => key }),
        async (sent) => {
          const wanted = new Map(
            sent.filter(([key, one]) => refuseEntry(['imap'], 'imap/users', DOMAIN, key, JSON.stringify(one)) === null),
          )
          users.repair('imap/users', () => [])
          const lines = [...wanted].map(([key, one]) => ({
            map: 'imap/users',
            domain: DOMAIN,
            key,
            after: JSON.stringify(one),
          }))
          users.apply(lines)
          users.verify(lines)
          const { stdout: all } = await run('/usr/bin/doveadm', ['-c', config, 'user', '*'])
          expect(all.split('\n').filter(Boolean).sort()).toEqual([...wanted.keys()].sort())
          // `doveadm user` takes `*` and `?` for wildcards, whoever they belong to.
          for (const [key, one] of [...wanted].filter(([name]) => !/[*?]/.test(name)).slice(0, 4)) {
            const { stdout } = await run('/usr/bin/doveadm', ['-c', config, 'user', key])
            const fields = new Map(stdout.split('\n').map((line) => line.split('\t') as [string, string]))
            expect(fields.get('home')).toBe(`/mail/${one.home}`)
            expect(fields.get('quota')).toBe(String(one.quotaBytes))
            expect(fields.get('services')).toBe(userRow('imap/users', DOMAIN, key, JSON.stringify(one))[5])
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    )
  })

  it('log in by the password that was sent, at once, and not when it is gone', async () => {
    const key = `ann@${DOMAIN}`
    const base: UserValue = {
      home: 'aaaaaaaaaaaa',
      format: 'maildir',
      quotaBytes: 0,
      services: ['imap'],
      password: "{PLAIN}it's;--",
    }
    const set = (one: UserValue) =>
      users.apply([{ map: 'imap/users', domain: DOMAIN, key, after: JSON.stringify(one) }])
    const canLogIn = (password: string) =>
      run('/usr/bin/doveadm', ['-c', config, 'auth', 'test', key, password]).then(
        () => true,
        () => false,
      )
    set(base)
    expect(await canLogIn("it's;--")).toBe(true)
    expect(await canLogIn('other')).toBe(false)
    set({ ...base, password: '{PLAIN}other' })
    expect(await canLogIn('other')).toBe(true)
    set({ ...base, password: null })
    expect(await canLogIn('other')).toBe(false)
  })

  it('are put right where somebody else changed them', () => {
    const line = {
      domain: DOMAIN,
      key: `bob@${DOMAIN}`,
      value: JSON.stringify({ home: 'bbbbbbbbbbbb', format: 'maildir', quotaBytes: 1, services: [], password: null }),
    }
    expect(users.repair('imap/users', () => [line])).toBe(true)
    expect(users.repair('imap/users', () => [line])).toBe(false)
    users.verify([{ map: 'imap/users', ...line, after: line.value }])
  })
})
