import { expect, test } from 'vitest'
import { configuredResolvers, formatServer, parseServer } from '@/lib/dns/resolver'

test.each([
  ['127.0.0.53:5353', { address: '127.0.0.53', port: 5353 }],
  ['192.0.2.1', { address: '192.0.2.1', port: 53 }],
  ['[2001:db8::1]:5353', { address: '2001:db8::1', port: 5353 }],
  ['[2001:db8::1]', { address: '2001:db8::1', port: 53 }],
  ['2001:db8::1', { address: '2001:db8::1', port: 53 }],
])('reads %s', (text, server) => {
  expect(parseServer(text)).toEqual(server)
  expect(parseServer(formatServer(server))).toEqual(server)
})

test.each(['', 'dns.example.org', '192.0.2.1:0', '192.0.2.1:99999', '192.0.2.1:x'])('refuses %s', (text) => {
  expect(parseServer(text)).toBeNull()
  if (text !== '') expect(() => configuredResolvers(text)).toThrow('POSTHOUSE_RESOLVERS')
})

test('an empty setting means the system’s resolvers', () => {
  expect(configuredResolvers(' , ').length).toBeGreaterThan(0)
  expect(configuredResolvers('192.0.2.1, 192.0.2.2:54')).toHaveLength(2)
})
