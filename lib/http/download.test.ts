import { expect, it } from 'vitest'
import { downloadHeaders } from '@/lib/http/download'

const nameOf = (name: string) =>
  /^attachment; filename="(.*)"$/.exec(downloadHeaders(name)['Content-Disposition'] ?? '')?.[1]

it.each([
  ['google.com!example.org!1700000000!1700086399.zip', 'google.com_example.org_1700000000_1700086399.zip'],
  ['../../.bashrc', 'bashrc'],
  ['a"; filename="b.html', 'a_filename_b.html'],
  ['line\r\nSet-Cookie: x', 'line_Set-Cookie_x'],
  ['rapport été.xml', 'rapport_e_te_.xml'],
  ['\u202Egnp.exe', 'gnp.exe'],
  ['', 'file'],
  ['邮件', 'file'],
  ['x'.repeat(300), 'x'.repeat(100)],
])('%j is saved as %j', (name, expected) => {
  expect(nameOf(name)).toBe(expected)
})

it('is saved, never shown', () => {
  expect(downloadHeaders('page.html')).toMatchObject({
    'Content-Type': 'application/octet-stream',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
})
