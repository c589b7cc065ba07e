import { readFileSync } from 'node:fs'

/** The accounts that Debian's packages make for the daemons. */
export type Account = 'root' | 'postfix' | 'dovecot' | 'opendkim' | 'opendmarc' | 'postsrsd' | 'knot' | 'unbound'

/** Owner of all mail. A number without a name: nothing is added to the machine's accounts. */
export const MAIL_UID = 5000

/** User and group id of a daemon's account. Throws where its package is not installed. */
export function accountIds(name: Account): { uid: number; gid: number } {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [account, , uid, gid] = line.split(':')
    if (account === name) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(`There is no account ${name}: the package that makes it is not installed`)
}
