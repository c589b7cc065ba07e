import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { accountIds } from '@/companion/accounts'
import { putMapEntries } from '@/companion/stores'
import type { PreparedNode } from '@/companion/node'
import type { LabRecord } from '@/companion/render/dns'
import { requireListen } from '@/companion/render/listen'

const SELECTOR = 'probe'
const HOME = 'probemailbox0'

export interface ProbeAccount {
  user: string
  password: string
  /** What the probe's domain says of it in DNS. */
  records: LabRecord[]
}

/**
 * Makes a node into a probe: one mailbox that takes all mail of `domain` and may send as any of its addresses, signed.
 * Repeatable; password and key are made once.
 */
export async function seedProbe(node: PreparedNode, domain: string): Promise<ProbeAccount> {
  const user = `probe@${domain}`
  const { paths, config } = node
  const lmtp = requireListen(config, 'lmtp')
  const password = secretOf(join(dirname(paths.config), 'password'))
  const publicKey = seedKey(node, domain)
  await putMapEntries(paths, 'mailboxes', { [user]: `${HOME}/` })
  await putMapEntries(paths, 'aliases', { [user]: user, [`@${domain}`]: user, [`@${config.hostName}`]: user })
  await putMapEntries(paths, 'senders', { [`@${domain}`]: user })
  await putMapEntries(paths, 'homes', { [domain]: `lmtp:inet:[${lmtp.host}]:${lmtp.port}` })
  await putMapEntries(paths, 'domains', { [domain]: 'hosted', [config.hostName]: 'host' })
  const hash = `{SHA256}${createHash('sha256').update(password).digest('base64')}`
  const database = new DatabaseSync(paths.users)
  try {
    database
      .prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(user, domain, HOME, 'maildir', 0, ',imap,pop3,smtp,lmtp,', hash)
  } finally {
    database.close()
  }
  const address = config.smtpBindAddress
  const strings = (`v=DKIM1; k=rsa; p=${publicKey}`.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`)
  const records: LabRecord[] = [
    { name: `${config.hostName}.`, type: 'A', data: address },
    { name: `${domain}.`, type: 'MX', data: `10 ${config.hostName}.` },
    { name: `${domain}.`, type: 'TXT', data: `"v=spf1 ip4:${address} -all"` },
    { name: `${SELECTOR}._domainkey.${domain}.`, type: 'TXT', data: strings.join(' ') },
    { name: `_dmarc.${domain}.`, type: 'TXT', data: `"v=DMARC1; p=reject"` },
  ]
  return { user, password, records }
}

function secretOf(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/** Makes the probe's DKIM key once and points OpenDKIM's tables to it; returns the public key as DNS has it (base64). */
function seedKey({ paths }: PreparedNode, domain: string): string {
  const file = join(paths.dkimKeys, 'probe.pem')
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const { uid, gid } = accountIds('opendkim')
    chownSync(file, uid, gid)
  }
  writeFileSync(paths.keyTable, `probe ${domain}:${SELECTOR}:${file}\n`)
  writeFileSync(paths.signingTable, `*@${domain} probe\n`)
  return createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'der' }).toString('base64')
}
