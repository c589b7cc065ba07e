import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import packets, { type DecodedPacket, type Packet } from 'dns-packet'
import type { DnsServer } from '@/lib/dns/answer'

/** What a test's server does with a question: datagrams to send back, one after another. */
export type Behaviour = (query: DecodedPacket, how: 'udp' | 'tcp') => (Packet | Buffer)[]

export interface TestServer extends DnsServer {
  close(): Promise<void>
  /** Questions seen, as `udp` or `tcp`. */
  seen: string[]
}

function encode(message: Packet | Buffer): Buffer {
  return Buffer.isBuffer(message) ? message : packets.encode(message)
}

/** A DNS server on a port of its own of 127.0.0.1, UDP and TCP, that behaves as told. */
export async function startDnsServer(behave: Behaviour): Promise<TestServer> {
  const seen: string[] = []
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      seen.push('tcp')
      for (const message of behave(packets.decode(data.subarray(2)), 'tcp')) {
        const text = encode(message)
        const length = Buffer.alloc(2)
        length.writeUInt16BE(text.length)
        // In two pieces: a reader must wait for the whole message.
        socket.write(length)
        socket.write(text)
      }
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', (data, from) => {
    seen.push('udp')
    for (const message of behave(packets.decode(data), 'udp')) udp.send(encode(message), from.port, from.address)
  })
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve))
  const close = async () => {
    udp.close()
    await new Promise((resolve) => tcp.close(resolve))
  }
  return { address: '127.0.0.1', port, close, seen }
}
