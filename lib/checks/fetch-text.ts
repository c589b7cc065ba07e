import { get } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { IncomingMessage } from 'node:http'
import type { Fetched } from '@/lib/checks/world'

const MOST_OCTETS = 64 * 1024

export interface FetchLimits {
  timeoutMs: number
  /** Where https is spoken: 443, but in tests. */
  port: number
  /** Addresses of a host that may be connected to. Rejects with words where there are none. */
  addressesOf: (host: string) => Promise<string[]>
}

/** Text of a body, cut after 64 KiB. */
async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let octets = 0
  for await (const chunk of response) {
    parts.push(chunk as Buffer)
    octets += (chunk as Buffer).length
    if (octets >= MOST_OCTETS) break
  }
  return Buffer.concat(parts).subarray(0, MOST_OCTETS).toString('utf8')
}

/** Names are looked up here and nowhere else: what was allowed is what is connected to. */
function lookupAmong(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, { all }, done) => {
    const [first = { address: '', family: 0 }] = found
    if (all) done(null, found)
    else done(null, first.address, first.family)
  }
}

function request(url: URL, port: number, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
  const lookup = lookupAmong(addresses)
  return new Promise((resolve, reject) => {
    get(url, { port, lookup, signal, agent: false }, resolve).on('error', reject)
  })
}

function unreachable(error: unknown, isTimedOut: boolean, timeoutMs: number): Fetched {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|EPROTO/.test(code)
  const words = isTimedOut ? `no answer in ${timeoutMs / 1000} s` : code || (error as Error).message
  return { status: 'unreachable', words, isTls }
}

/**
 * Fetches a document by https, following nothing: a redirect is its answer (RFC 8461 §3.3). At most 64 KiB. Any other
 * scheme or port is `unreachable`, for it would be a way to knock at anybody's doors. Never rejects.
 */
export async function fetchText(address: string, { timeoutMs, port, addressesOf }: FetchLimits): Promise<Fetched> {
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' || url.port !== '')
    return { status: 'unreachable', words: 'not an https address of port 443', isTls: false }
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await request(url, port, await addressesOf(url.hostname.replace(/^\[(.*)\]$/, '$1')), signal)
    const { 'content-type': contentType = '', location = null } = response.headers
    const text = await readText(response)
    return { status: 'answered', code: response.statusCode ?? 0, contentType, location, text }
  } catch (error) {
    return unreachable(error, signal.aborted, timeoutMs)
  }
}
