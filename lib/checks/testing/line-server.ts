import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls'
import type { DnsServer } from '@/lib/dns/answer'

/** What a server of a test says: to the connection (empty line), then to each line. `null` is silence. */
export type Speak = (line: string) => string | null

export interface LineServer extends DnsServer {
  /** Lines heard. */
  heard: string[]
  close: () => void
}

/** A server of lines on a port of its own of 127.0.0.1. After a reply to STARTTLS it goes over to TLS where it has a certificate. */
export async function startLineServer(speak: Speak, tls: SecureContextOptions | null = null): Promise<LineServer> {
  const heard: string[] = []
  const open = new Set<Socket>()
  const talk = (socket: Socket): void => {
    let text = ''
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const lines = text.split('\r\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        heard.push(line)
        const reply = speak(line)
        if (reply !== null) socket.write(reply, 'latin1')
        if (line === 'STARTTLS' && tls && reply !== null && /^(220|OK)/.test(reply)) {
          socket.removeAllListeners('data')
          talk(new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) }))
        }
      }
    })
  }
  const server = createServer((socket) => {
    const greeting = speak('')
    if (greeting !== null) socket.write(greeting, 'latin1')
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of open) socket.destroy()
    server.close()
  }
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port, heard, close }
}
