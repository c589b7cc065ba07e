import { SaxesParser } from 'saxes'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderAutoconfig } from '@/lib/clients/autoconfig'
import { answerJson, readAutodiscoverRequest, renderAutodiscover } from '@/lib/clients/autodiscover'
import { renderMobileconfig } from '@/lib/clients/mobileconfig'
import type { ClientSettings } from '@/lib/clients/settings'

const settings: ClientSettings = {
  domain: 'example.org',
  endpoints: [
    { service: 'imaps', host: 'imap1.example.net', port: 993, security: 'tls' },
    { service: 'imap', host: 'imap1.example.net', port: 143, security: 'starttls' },
    { service: 'pop3s', host: 'imap1.example.net', port: 995, security: 'tls' },
    { service: 'submissions', host: 'mx1.example.net', port: 465, security: 'tls' },
    { service: 'submission', host: 'mx1.example.net', port: 587, security: 'starttls' },
    { service: 'sieve', host: 'imap1.example.net', port: 4190, security: 'starttls' },
  ],
}

test('the files for Thunderbird, Outlook and Apple are as agreed', async () => {
  await expect(renderAutoconfig(settings)).toMatchFileSnapshot('golden/config-v1.1.xml')
  await expect(renderAutodiscover(settings, 'anna@example.org')).toMatchFileSnapshot('golden/autodiscover.xml')
  await expect(renderMobileconfig(settings, 'anna@example.org')).toMatchFileSnapshot('golden/apple.mobileconfig')
})

/** Throws where a text is not well-formed; gives all character data. */
function read(xml: string): string[] {
  const texts: string[] = []
  const parser = new SaxesParser()
  parser.on('text', (text) => texts.push(text.trim()))
  parser.on('error', (error) => {
    throw error
  })
  parser.write(xml).close()
  return texts
}

test('whatever an address is, the files are well-formed and hold it as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (local) => {
      const address = `${local}@example.org`
      expect(read(renderAutodiscover(settings, address))).toContain(address.trim())
      expect(read(renderMobileconfig(settings, address) ?? '')).toContain(address.trim())
    }),
  )
})

test('a profile needs a way in and a way out', () => {
  const onlyIn = { ...settings, endpoints: settings.endpoints.slice(0, 3) }
  expect(renderMobileconfig(onlyIn, 'anna@example.org')).toBeNull()
})

const request = (inner: string) =>
  `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>${inner}</Request></Autodiscover>`

test.each([
  [request('<EMailAddress>anna@example.org</EMailAddress>'), 'anna@example.org'],
  [request('<EMailAddress> anna@example.org </EMailAddress>'), 'anna@example.org'],
  [request('<EMailAddress>anna</EMailAddress>'), null],
  [request('<EMailAddress>&xxe;@example.org</EMailAddress>'), null],
  [request('<Other/>'), null],
  ['<EMailAddress>anna@example.org</EMailAddress>', null],
  [request('<EMailAddress>anna@example.org</EMailAddress>').padEnd(20_000), null],
])('of a request only the address is read: %j', (body, address) => {
  expect(readAutodiscoverRequest(body)).toBe(address)
})

test('the JSON form leads to the XML one and refuses the rest', () => {
  const url = 'https://autodiscover.example.org/autodiscover/autodiscover.xml'
  expect(answerJson('AutodiscoverV1', url)).toEqual({ status: 200, body: { Protocol: 'AutodiscoverV1', Url: url } })
  expect(answerJson('ActiveSync', url)).toMatchObject({ status: 400, body: { ErrorCode: 'InvalidProtocol' } })
})
