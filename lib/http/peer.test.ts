import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { notePeerAddresses, PEER_HEADER } from '@/lib/http/peer'

it('overwrites what a client says of its own address', async () => {
  notePeerAddresses()
  const server = createServer((incoming, answer) => answer.end(JSON.stringify(incoming.headers)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const seen = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const headers = { [PEER_HEADER]: '6.6.6.6', 'x-forwarded-for': '6.6.6.6' }
      request({ host: '127.0.0.1', port, headers }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => (text += String(chunk)))
        answer.on('end', () => resolve(JSON.parse(text) as IncomingHttpHeaders))
      })
        .on('error', reject)
        .end()
    })
    expect(seen[PEER_HEADER]).toBe('127.0.0.1')
  } finally {
    server.close()
  }
})
