import { expect, it } from 'vitest'
import { isOurOrigin } from '@/lib/http/origin'

it.each([
  ['https://panel.example', 'https://panel.example', true],
  ['https://panel.example:8443', 'https://panel.example', false],
  ['http://panel.example', 'https://panel.example', false],
  ['https://evil.example', 'https://panel.example', false],
  ['https://panel.example.evil.example', 'https://panel.example', false],
  ['null', 'https://panel.example', false],
  [null, 'https://panel.example', false],
  ['http://localhost:3000', 'http://127.0.0.1:3000', true],
  ['http://localhost:3001', 'http://127.0.0.1:3000', false],
  ['http://localhost:3000', 'http://panel.example:3000', false],
])('for the Origin %s on the panel %s answers %s', (origin, panel, expected) => {
  expect(isOurOrigin(origin, panel)).toBe(expected)
})
