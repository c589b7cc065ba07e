import { expect, test } from 'vitest'
import { clientOf, parseHops } from '@/lib/deliverability/received'

const MESSAGE = [
  'Received: from mx1.posthouse.test (mx1.posthouse.test [127.9.8.10])',
  '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))',
  '\t(No client certificate requested)',
  '\tby mx.probe.test (Postfix) with ESMTPS id 4abc',
  '\tfor <rcpt@probe.test>; Sun, 22 Nov 2026 16:00:03 +0000 (UTC)',
  'Received: from [127.0.0.1] (localhost [127.0.0.1])',
  '\tby mx1.posthouse.test (Postfix) with ESMTPSA id 4abb',
  '\tfor <rcpt@probe.test>; Sun, 22 Nov 2026 16:00:01 +0000 (UTC)',
  'Subject: Received: from nowhere',
  '',
  'Received: from the body; Sun, 22 Nov 2026 16:00:09 +0000',
].join('\r\n')

test('gives the hops, first sender first, with TLS and the time between', () => {
  expect(parseHops(MESSAGE)).toEqual([
    {
      from: '[127.0.0.1] localhost [127.0.0.1]',
      by: 'mx1.posthouse.test',
      protocol: 'ESMTPSA',
      tls: 'TLS',
      at: '2026-11-22T16:00:01.000Z',
      delaySeconds: null,
    },
    {
      from: 'mx1.posthouse.test mx1.posthouse.test [127.9.8.10]',
      by: 'mx.probe.test',
      protocol: 'ESMTPS',
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
      at: '2026-11-22T16:00:03.000Z',
      delaySeconds: 2,
    },
  ])
})

test('finds the hop that left our server, and none where no address is ours', () => {
  expect(clientOf(MESSAGE, ['127.9.8.10'])).toEqual({ ip: '127.9.8.10', helo: 'mx1.posthouse.test' })
  expect(clientOf(MESSAGE, ['192.0.2.1'])).toBeNull()
})

test('a line it does not understand is an empty hop, not an error', () => {
  expect(parseHops('Received: garbage\r\n\r\n')).toEqual([
    { from: '', by: '', protocol: '', tls: null, at: null, delaySeconds: null },
  ])
})
