import { describe, expect, it } from 'vitest'
import { clientAddress } from '@/lib/auth/client-address'

describe('clientAddress', () => {
  it('believes no forwarded header of a stranger', () => {
    expect(clientAddress('198.51.100.7', '203.0.113.1', '')).toBe('198.51.100.7')
    expect(clientAddress('198.51.100.7', '203.0.113.1', '10.0.0.0/8')).toBe('198.51.100.7')
  })

  it('takes the last address that a trusted proxy saw, not what the client wrote before it', () => {
    expect(clientAddress('10.0.0.2', '6.6.6.6, 203.0.113.9', '10.0.0.0/8')).toBe('203.0.113.9')
    expect(clientAddress('::ffff:10.0.0.2', '203.0.113.9, 10.0.0.3', '10.0.0.0/8')).toBe('203.0.113.9')
  })

  it('stays with the proxy where the header holds no address', () => {
    expect(clientAddress('10.0.0.2', 'unknown', '10.0.0.2')).toBe('10.0.0.2')
    expect(clientAddress(null, '203.0.113.9', '')).toBeNull()
  })
})
