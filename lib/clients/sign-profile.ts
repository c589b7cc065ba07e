import 'server-only'
import { execFile } from 'node:child_process'
import { env } from '@/lib/env'

const MILLISECONDS = 5_000
const MOST_OCTETS = 256 * 1024

/**
 * Signs Apple's profile (CMS, DER, the profile inside) with the certificate and key of POSTHOUSE_PROFILE_CERTIFICATE and
 * POSTHOUSE_PROFILE_KEY, so that devices show it as verified; gives it as it is where these are not set. Throws with
 * openssl's words where they do not serve.
 */
export async function signProfile(profile: string): Promise<string | Uint8Array<ArrayBuffer>> {
  const { POSTHOUSE_PROFILE_CERTIFICATE: certificate, POSTHOUSE_PROFILE_KEY: key } = env()
  if (!certificate || !key) return profile
  const parts = ['cms', '-sign', '-nodetach', '-binary', '-outform', 'DER', '-signer', certificate, '-inkey', key]
  return new Promise((resolve, reject) => {
    const child = execFile(
      'openssl',
      // The file holds the chain as well: devices need the issuers.
      [...parts, '-certfile', certificate],
      { encoding: 'buffer', timeout: MILLISECONDS, maxBuffer: MOST_OCTETS },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`the profile could not be signed: ${stderr.toString('utf8')}`, { cause: error }))
        else resolve(new Uint8Array(stdout))
      },
    )
    child.stdin?.end(profile)
  })
}
