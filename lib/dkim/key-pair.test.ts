import { createHash, createPublicKey, createSign, createVerify, generateKeyPairSync, verify, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generatePair, keyHash, publicKeyOf, readPrivateKey } from '@/lib/dkim/key-pair'
import { formatDkimRecord, parseDkimRecord } from '@/lib/dkim/record'
import { newSelector } from '@/lib/dkim/selector'

/** DER before the 32 octets of an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4). */
const ED25519_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

test('the published RSA key verifies what the private one signs', async () => {
  const pair = await generatePair('rsa-sha256')
  const record = parseDkimRecord(formatDkimRecord(pair.publicKey))
  const publicKey = createPublicKey({
    key: Buffer.from(record?.publicKey ?? '', 'base64'),
    format: 'der',
    type: 'spki',
  })
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  const signature = createSign('sha256').update('text').sign(pair.privateKey)
  expect(createVerify('sha256').update('text').verify(publicKey, signature)).toBe(true)
  expect(pair).toMatchObject({ algorithm: 'rsa-sha256', bits: 2048, hash: keyHash(pair.privateKey) })
  expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey)
})

test('the published Ed25519 key is 32 octets and verifies what the private one signs', async () => {
  const pair = await generatePair('ed25519-sha256')
  const record = parseDkimRecord(formatDkimRecord(pair.publicKey, { algorithm: pair.algorithm }))
  expect(record?.keyType).toBe('ed25519')
  const octets = Buffer.from(record?.publicKey ?? '', 'base64')
  expect(octets).toHaveLength(32)
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_HEAD, octets]), format: 'der', type: 'spki' })
  // RFC 8463 §3: what is signed is the SHA-256 of the message's data.
  const digest = createHash('sha256').update('text').digest()
  expect(verify(null, digest, publicKey, sign(null, digest, pair.privateKey))).toBe(true)
  expect(pair).toMatchObject({ algorithm: 'ed25519-sha256', hash: keyHash(pair.privateKey) })
  expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey)
})

test('a selector tells the day and is one that nodes take', () => {
  let next = 0
  expect(newSelector(new Date('2026-11-22T23:59:59Z'), () => next++)).toBe('s20261122-abcd')
  expect(newSelector(new Date(), (below) => below - 1)).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
})

test('a revoked record has an empty key', () => {
  expect(formatDkimRecord('')).toBe('v=DKIM1; p=')
  expect(() => formatDkimRecord('AAAA; t=y')).toThrow()
})

describe('a key that somebody brings along', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const pkcs8 = (pem: unknown) => String(pem)
  const ofBits = (modulusLength: number) =>
    pkcs8(generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  const traditional = { type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const

  test('is the same key in either form and with any line ends', () => {
    const one = readPrivateKey(pkcs8(rsa.export({ type: 'pkcs1', format: 'pem' })).replaceAll('\n', '\r\n'))
    const other = readPrivateKey(`  ${pkcs8(rsa.export({ type: 'pkcs8', format: 'pem' }))}\n\n`)
    expect(one).toEqual(other)
    expect(one).toMatchObject({ algorithm: 'rsa-sha256', bits: 1024 })
    // What a node takes of a key file.
    expect(one).toMatchObject({
      privateKey: expect.stringMatching(
        /^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$/,
      ) as unknown,
    })
  })

  test('may be Ed25519', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(readPrivateKey(pkcs8(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toMatchObject({
      algorithm: 'ed25519-sha256',
    })
  })

  test.each<[string, () => string, string]>([
    ['nothing', () => '', 'dkim.pemMissing'],
    ['a public key', () => pkcs8(createPublicKey(rsa).export({ type: 'spki', format: 'pem' })), 'dkim.pemMissing'],
    [
      'a text between the lines',
      () => '-----BEGIN PRIVATE KEY-----\nhello\n-----END PRIVATE KEY-----',
      'dkim.pemMissing',
    ],
    [
      'two keys',
      () => pkcs8(rsa.export({ type: 'pkcs8', format: 'pem' })) + pkcs8(rsa.export({ type: 'pkcs8', format: 'pem' })),
      'dkim.pemMissing',
    ],
    ['an encrypted key', () => pkcs8(rsa.export(encrypted)), 'dkim.pemEncrypted'],
    ['a key encrypted the old way', () => pkcs8(rsa.export(traditional)), 'dkim.pemEncrypted'],
    ['512 bits', () => ofBits(512), 'dkim.pemBits'],
    [
      'a curve that DKIM does not know',
      () =>
        pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })),
      'dkim.pemKind',
    ],
    [
      'an RSA key for PSS',
      () =>
        pkcs8(
          generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
        ),
      'dkim.pemKind',
    ],
  ])('is refused: %s', (_what, text, code) => {
    expect(readPrivateKey(text())).toMatchObject({ refused: code })
  })

  test('is refused where it is damaged', () => {
    const { d, ...rest } = rsa.export({ format: 'jwk' })
    expect(d).toBeDefined()
    const der = rsa.export({ type: 'pkcs1', format: 'der' })
    // One bit of the private exponent's tail, far behind the modulus.
    const at = der.indexOf(Buffer.from(String(d), 'base64url')) + 40
    der[at] = (der[at] ?? 0) ^ 1
    const crt = der.indexOf(Buffer.from(String(rest.dp), 'base64url')) + 5
    der[crt] = (der[crt] ?? 0) ^ 1
    const pem = `-----BEGIN RSA PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END RSA PRIVATE KEY-----\n`
    expect(readPrivateKey(pem)).toMatchObject({ refused: 'dkim.pemBroken' })
  })
})
