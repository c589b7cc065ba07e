import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signProfile } from '@/lib/clients/sign-profile'
import { env } from '@/lib/env'

const PROFILE = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict/></plist>\n'

let folder: string
const at = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })

/** An authority and a certificate of its for a host, as an administrator has them: the chain in one file. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'))
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-subj', '/CN=Test authority', '-keyout', at('ca.key'), '-out', at('ca.pem'))
  openssl('req', ...key, '-subj', '/CN=mail.example.test', '-keyout', at('key.pem'), '-out', at('request.pem'))
  const signer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2']
  const certificate = openssl('x509', '-req', '-in', at('request.pem'), ...signer)
  writeFileSync(at('chain.pem'), Buffer.concat([certificate, openssl('x509', '-in', at('ca.pem'))]))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  env().POSTHOUSE_PROFILE_CERTIFICATE = undefined
  env().POSTHOUSE_PROFILE_KEY = undefined
})

test('a profile is given as it is where there is no certificate', async () => {
  expect(await signProfile(PROFILE)).toBe(PROFILE)
})

test('a signed profile verifies by the authority and holds the profile byte for byte', async () => {
  env().POSTHOUSE_PROFILE_CERTIFICATE = at('chain.pem')
  env().POSTHOUSE_PROFILE_KEY = at('key.pem')
  writeFileSync(at('signed'), await signProfile(PROFILE))
  const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('signed'), '-purpose', 'any']
  expect(openssl(...verify, '-CAfile', at('ca.pem')).toString()).toBe(PROFILE)
  expect(() => openssl(...verify, '-no-CAfile')).toThrow()
})

test('a key that is not the certificate’s is told in the words of openssl', async () => {
  env().POSTHOUSE_PROFILE_CERTIFICATE = at('chain.pem')
  env().POSTHOUSE_PROFILE_KEY = at('ca.key')
  await expect(signProfile(PROFILE)).rejects.toThrow(/could not be signed: .*key/s)
})
