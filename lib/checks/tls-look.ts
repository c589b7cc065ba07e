import { LineSocket, WireError } from '@/lib/checks/line-socket'
import type { SeenTls, TlsBeginning } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'

/** What ManageSieve says before TLS: its capabilities up to OK, and OK to STARTTLS (RFC 5804 §1.7, §2.2). */
async function beginSieve(socket: LineSocket): Promise<void> {
  for (const command of ['', 'STARTTLS']) {
    if (command !== '') socket.send(command)
    let line = await socket.line()
    while (line.startsWith('"')) line = await socket.line()
    if (!line.startsWith('OK')) throw new WireError('nonsense', line.slice(0, 200))
  }
}

/** Connects, goes over to TLS and leaves. Any certificate is taken: it is to be seen. Never rejects. */
export async function lookAtTls(
  server: DnsServer,
  serverName: string,
  beginning: TlsBeginning,
  timeoutMs: number,
): Promise<SeenTls> {
  let socket: LineSocket | null = null
  try {
    socket = await LineSocket.open(server, timeoutMs)
    if (beginning === 'sieve') await beginSieve(socket)
    return await socket.startTls(serverName)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { status: 'failed', words: error.message, ...(error.reason === 'timeout' && { isTimeout: true }) }
  } finally {
    socket?.close()
  }
}
