import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
  vi.stubEnv('DATABASE_URL', 'postgresql://unused')
  vi.stubEnv('POSTHOUSE_SECRET', 'p'.repeat(40))
  vi.stubEnv('POSTHOUSE_WORKER_SECRET', 'w'.repeat(40))
})
afterEach(() => {
  vi.unstubAllEnvs()
})

test('opens what was sealed, only in its own context', async () => {
  const { openAsWorker, sealForWorker } = await import('./seal')
  const sealed = sealForWorker('s3cret', 'Node/1/agentToken')
  expect(sealed).not.toContain(Buffer.from('s3cret').toString('base64url'))
  expect(openAsWorker(sealed, 'Node/1/agentToken')).toBe('s3cret')
  expect(() => openAsWorker(sealed, 'Node/2/agentToken')).toThrow('does not open')
})

test('a process with the public half alone seals and cannot open', async () => {
  const { workerPublicKey } = await import('./seal')
  const publicKey = workerPublicKey('w'.repeat(40))
  vi.resetModules()
  vi.stubEnv('POSTHOUSE_WORKER_SECRET', undefined)
  vi.stubEnv('POSTHOUSE_WORKER_PUBLIC_KEY', publicKey)
  const panel = await import('./seal')
  const sealed = panel.sealForWorker('s3cret', 'x')
  expect(() => panel.openAsWorker(sealed, 'x')).toThrow('only the worker')
  vi.resetModules()
  vi.stubEnv('POSTHOUSE_WORKER_SECRET', 'w'.repeat(40))
  expect((await import('./seal')).openAsWorker(sealed, 'x')).toBe('s3cret')
})
