import 'server-only'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from '@/lib/env'

const MILLISECONDS = 5_000
const MOST_OCTETS = 256 * 1024
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Signs Apple's profile (CMS, DER, the profile and the issuers inside) with the certificate and key of
 * POSTHOUSE_PROFILE_CERTIFICATE (PEM, its own first, then its issuers) and POSTHOUSE_PROFILE_KEY, so that devices show it
 * as verified; gives it as it is where these are not set. Throws with openssl's words where they do not serve.
 */
export async function signProfile(profile: string): Promise<string | Uint8Array<ArrayBuffer>> {
  const { POSTHOUSE_PROFILE_CERTIFICATE: certificate, POSTHOUSE_PROFILE_KEY: key } = env()
  if (!certificate || !key) return profile
  const args = ['cms', '-sign', '-nodetach', '-binary', '-outform', 'DER', '-signer', certificate, '-inkey', key]
  const [, ...issuers] = (await readFile(certificate, 'utf8')).match(CERTIFICATE) ?? []
  if (issuers.length === 0) return openssl(args, profile)
  // OpenSSL refuses the signer's own certificate among the others, so the file cannot be given as it is.
  const folder = await mkdtemp(join(tmpdir(), 'posthouse-issuers-'))
  try {
    const file = join(folder, 'issuers.pem')
    await writeFile(file, issuers.join('\n'))
    return await openssl([...args, '-certfile', file], profile)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function openssl(args: readonly string[], input: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', timeout: MILLISECONDS, maxBuffer: MOST_OCTETS } as const
    const child = execFile('openssl', args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`the profile could not be signed: ${stderr.toString('utf8')}`, { cause: error }))
      else resolve(new Uint8Array(stdout))
    })
    child.stdin?.end(input)
  })
}
