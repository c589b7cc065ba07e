import { expect, test } from 'vitest'
import { panelHostOf } from '@/lib/dns/panel-host'

test.each([
  ['https://Panel.Example.org:8443/x', 'panel.example.org'],
  ['http://127.0.0.1:3000', 'mx1.example.net'],
  ['https://[2001:db8::1]/', 'mx1.example.net'],
  ['https://203.0.113.9/', 'mx1.example.net'],
  ['http://localhost:3000', 'mx1.example.net'],
  ['https://panel.lan', 'mx1.example.net'],
  ['https://panel', 'mx1.example.net'],
])('of %s is %s', (url, expected) => {
  expect(panelHostOf(url, 'mx1.example.net')).toBe(expected)
})

test('without a public name and without a mail host there is none', () => {
  expect(panelHostOf('http://127.0.0.1:3000', null)).toBeNull()
})
