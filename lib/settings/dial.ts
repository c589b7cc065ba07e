import { connect } from 'node:net'
import type { Dial } from '@/lib/settings/server-checks'

const TIMEOUT_MS = 5_000

/** Opens a TCP connection, reads the greeting's first line (RFC 5321 §4.2) and leaves politely. */
export const dialTcp: Dial = (host, port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    let text = ''
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (!text.includes('\n') && text.length < 1000) return
      socket.end('QUIT\r\n')
      resolve(text.split(/\r?\n/)[0]?.slice(0, 200) ?? '')
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
  })
