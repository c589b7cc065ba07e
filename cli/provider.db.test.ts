import { Readable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { providerAdd, providerList, providerRemove } from '@/cli/provider'
import { testDb } from '@/lib/db/testing'

testDb()
afterEach(() => vi.restoreAllMocks())

async function run(command: typeof providerAdd, args: string[], input = ''): Promise<string> {
  let out = ''
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(
    Readable.from([Buffer.from(input)]) as unknown as typeof process.stdin,
  )
  expect(await command(args, { out: (text) => (out += text), err: () => undefined })).toBe(0)
  return out
}

test('adds, lists and removes a provider, and prints no credential', async () => {
  const input = { name: 'Registrar', kind: 'lexicon', service: 'ovh', credential_auth_application_key: 'top secret' }
  expect(await run(providerAdd, [], JSON.stringify(input))).toBe('Registrar\n')
  expect(await run(providerList, [])).toBe('Registrar\tlexicon\t0\tuntried\n')
  expect(await run(providerList, ['--json'])).not.toContain('top secret')
  expect(await run(providerRemove, ['Registrar'])).toBe('Registrar\n')
  expect(await run(providerList, [])).toBe('')
})
