import { generateKeyPairSync } from 'node:crypto'
import { dkimSign, type DKIMSignOptions, type DNSResolver } from 'mailauth'

/** Material for tests: a domain that signs, and DNS with its key. */

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PRIVATE_PEM = privateKey.export({ type: 'pkcs8', format: 'pem' })
const KEY_TEXT = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`

interface SignAs {
  domain: string
  maxBodyLength?: number
  expires?: Date
}

/** The mail with a signature of the selector `test`. */
export async function signedMail(mail: Buffer, { domain, maxBodyLength, expires }: SignAs): Promise<Buffer> {
  const data = { signingDomain: domain, selector: 'test', privateKey: PRIVATE_PEM, maxBodyLength }
  // A signature is made long ago where it is to have run out.
  const signTime = new Date((expires ?? new Date()).getTime() - 86_400_000)
  const options: Partial<DKIMSignOptions> = { signatureData: [data], signTime, expires }
  const { signatures, errors } = await dkimSign(mail, options as DKIMSignOptions)
  if (errors.length > 0) throw new Error(errors.map(({ err }) => String(err)).join())
  return Buffer.concat([Buffer.from(signatures), mail])
}

/** DNS in which these domains, and no others, have the key of the selector `test`. Names in `silent` are not answered. */
export function keysOf(domains: readonly string[], silent: readonly string[] = []): DNSResolver {
  return (name) => {
    if (silent.some((domain) => name.endsWith(domain)))
      return Promise.reject(Object.assign(new Error('no answer'), { code: 'ETIMEOUT' }))
    if (domains.some((domain) => name === `test._domainkey.${domain}`)) return Promise.resolve([[KEY_TEXT]])
    return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  }
}
