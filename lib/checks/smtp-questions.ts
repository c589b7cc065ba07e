import { result, type CheckResult } from '@/lib/checks/check'

/** Reserved for examples (RFC 2606 §3): nobody's mail server takes mail for them. */
const FOREIGN_DOMAIN = 'example.com'
const NOBODY = 'posthouse-no-such-user'

type Replies = Readonly<Record<string, string>>

const rcpt = (address: string) => `RCPT TO:<${address}>`
/** From nobody, and from the host itself: what a careless relay takes for its own. */
const relayAttempts = (hostName: string) => [
  { from: '', to: `posthouse-relay-1@${FOREIGN_DOMAIN}` },
  { from: `postmaster@${hostName}`, to: `posthouse-relay-2@${FOREIGN_DOMAIN}` },
]
/** RFC 5321 §4.5.1, RFC 2142 §4. */
const addressesOf = (hostName: string) => [`postmaster@${hostName}`, `abuse@${hostName}`]

const VRFY = ['VRFY postmaster', `VRFY ${NOBODY}`] as const

/** All that is asked in one connection: every transaction is dropped by RSET before it could become mail. */
export function questionsFor(hostName: string): string[] {
  return [
    ...addressesOf(hostName).flatMap((address) => ['MAIL FROM:<>', rcpt(address), 'RSET']),
    ...relayAttempts(hostName).flatMap(({ from, to }) => [`MAIL FROM:<${from}>`, rcpt(to), 'RSET']),
    ...VRFY,
  ]
}

/** Point 25: a stranger's mail to strangers is refused. "Later" and "no sender yet" (503) say nothing of it. */
export function judgeRelay(replies: Replies, hostName: string): CheckResult {
  const said = relayAttempts(hostName).map(({ to }) => ({ to, reply: replies[rcpt(to)] }))
  const taken = said.filter(({ reply }) => reply?.startsWith('2'))
  if (taken.length > 0)
    return result('smtp.open-relay', 'broken', { found: taken.map(({ to, reply }) => `${to}: ${reply ?? ''}`) })
  const isRefused = said.some(({ reply }) => reply?.startsWith('5') && !reply.startsWith('503'))
  return result('smtp.open-relay', isRefused ? 'ok' : 'unknown')
}

/** Point 26: postmaster and abuse of the host are taken; "later" (greylisting) is neither yes nor no. */
export function judgeAddresses(replies: Replies, hostName: string): CheckResult {
  const said = addressesOf(hostName).map((address) => ({ address, reply: replies[rcpt(address)] }))
  const refused = said.filter(({ reply }) => reply?.startsWith('5'))
  const addresses = refused.map(({ address }) => address).join(', ')
  const found = refused.map(({ address, reply }) => `${address}: ${reply ?? ''}`)
  if (refused.length > 0) return result('smtp.postmaster', 'broken', { found, values: { addresses } })
  const isLearned = said.every(({ reply }) => reply?.startsWith('2'))
  return result('smtp.postmaster', isLearned ? 'ok' : 'unknown', { values: { addresses } })
}

/** Point 27: VRFY tells nobody which addresses exist (RFC 5321 §7.3): not by yes, nor by a no that others do not get. */
export function judgeVrfy(replies: Replies): CheckResult {
  const [known, unknown] = VRFY.map((command) => replies[command])
  if (known === undefined || unknown === undefined) return result('smtp.vrfy', 'unknown')
  const tells = /^25[01]/.test(known) || (known.startsWith('2') && !unknown.startsWith('2'))
  return tells ? result('smtp.vrfy', 'attention', { found: [known, unknown] }) : result('smtp.vrfy', 'ok')
}
