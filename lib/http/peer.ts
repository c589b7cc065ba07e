import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

/** The header that carries the address of the socket's other end. What a client sends under this name is overwritten. */
export const PEER_HEADER = 'x-posthouse-peer'

/**
 * Writes the peer's address into each incoming request. Next keeps a client's own X-Forwarded-For as it is, so without
 * this nobody could tell a proxy's word from a stranger's.
 */
export function notePeerAddresses(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage }
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? ''
  })
}
