import { expect, it } from 'vitest'
import { safePath } from '@/lib/http/page-path'

it.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  '/sign-in?next=/',
  '/api/auth/x',
  '/a\nb',
  '',
  null,
  'domains',
])('sends %j to the first page instead', (path) => {
  expect(safePath(path)).toBe('/')
})

it('keeps a path of ours with its query', () => {
  expect(safePath('/domains/example.org/dns?record=1')).toBe('/domains/example.org/dns?record=1')
})
