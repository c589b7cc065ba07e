import { expect, test } from 'vitest'
import { verifyMessage } from '@/lib/deliverability/verify-message'

test('a message of a domain without any record is judged, not tripped over', async () => {
  const message = Buffer.from('From: anna@example.test\r\nTo: b@probe.test\r\nSubject: x\r\n\r\nhello\r\n')
  const nothing = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  const from = { ip: '192.0.2.1', helo: 'mx1.example.test', sender: 'anna@example.test', mta: 'probe.test' }
  expect(await verifyMessage(message, from, nothing)).toMatchObject({
    spf: { result: 'none', isAligned: false, ip: '192.0.2.1' },
    dkim: [],
    dmarc: { result: 'none' },
  })
})
