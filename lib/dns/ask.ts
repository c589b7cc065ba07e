import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import packets, { type DecodedPacket } from 'dns-packet'
import type { Ask, AskMode, DnsAnswer, DnsServer, QueryType } from '@/lib/dns/answer'
import { interpretResponse } from '@/lib/dns/interpret'
import { exchangeTcp, exchangeUdp, ExchangeError } from '@/lib/dns/transport'

/** Fits an unfragmented datagram on every path (the size agreed on at DNS flag day 2020). */
const UDP_PAYLOAD_OCTETS = 1232

export interface AskOptions {
  timeoutMs: number
  /** How often one server is asked before it counts as silent. */
  attempts: number
}

const DEFAULTS: AskOptions = { timeoutMs: 2_000, attempts: 2 }

/** AD in the question asks for AD in the answer without the signatures (RFC 6840 §5.7). */
const FLAGS: Record<AskMode, number> = {
  recursive: packets.RECURSION_DESIRED | packets.AUTHENTIC_DATA,
  unchecked: packets.RECURSION_DESIRED | packets.CHECKING_DISABLED,
  authoritative: 0,
}

/** Whether a text can be a name at all (RFC 1035 §2.3.4): what records name, and what is put together of it, need not be. */
function isName(text: string): boolean {
  if (text === '' || text === '.') return true
  const labels = text.replace(/\.$/, '').split('.')
  return (
    Buffer.byteLength(labels.join('.')) <= 253 &&
    labels.every((label) => label !== '' && Buffer.byteLength(label) <= 63)
  )
}

function encodeQuery(id: number, name: string, type: QueryType, mode: AskMode, hasEdns: boolean): Buffer {
  const edns = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_PAYLOAD_OCTETS,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } as const
  return packets.encode({
    type: 'query',
    id,
    flags: FLAGS[mode],
    questions: [{ type, name }],
    additionals: hasEdns ? [{ ...edns, options: [] }] : [],
  })
}

function decode(message: Buffer): DecodedPacket | null {
  try {
    return packets.decode(message)
  } catch {
    // The library throws on anything that is no message; the caller says `malformed`.
    return null
  }
}

/** RFC 5452 §9: same id, same question. */
function answersQuestion(message: Buffer, id: number, name: string, type: QueryType): boolean {
  if (message.length < 12 || message.readUInt16BE(0) !== id || (message.readUInt8(2) & 0x80) === 0) return false
  const question = decode(message)?.questions?.[0]
  // A message that cannot be read, or an error without its question, is still the server's answer: it has our id.
  return question === undefined || (question.name.toLowerCase() === name.toLowerCase() && question.type === type)
}

async function askOnce(
  server: DnsServer,
  name: string,
  type: QueryType,
  mode: AskMode,
  timeoutMs: number,
  hasEdns: boolean,
): Promise<DnsAnswer> {
  const id = randomInt(0x10000)
  const query = encodeQuery(id, name, type, mode, hasEdns)
  const accepts = (message: Buffer) => answersQuestion(message, id, name, type)
  let message = await exchangeUdp(server, query, timeoutMs, accepts)
  const isTruncated = (message.readUInt8(2) & 0x02) !== 0
  if (isTruncated) message = await exchangeTcp(server, query, timeoutMs)
  const packet = accepts(message) ? decode(message) : null
  if (!packet) return { status: 'temperror', reason: 'malformed', words: 'the answer is no DNS message' }
  return interpretResponse(packet, name, type, mode)
}

/**
 * Asks over UDP with EDNS (RFC 6891), over TCP where the answer was cut (RFC 7766), once more without EDNS where the
 * server does not know it. Silence and refusals come back as `temperror`.
 */
export function createAsk(options: Partial<AskOptions> = {}): Ask {
  const { timeoutMs, attempts } = { ...DEFAULTS, ...options }
  return async (server, name, type, mode) => {
    if (!isName(name)) return { status: 'temperror', reason: 'malformed', words: 'not a name that can be asked for' }
    let last: DnsAnswer = { status: 'temperror', reason: 'timeout', words: 'not asked' }
    let hasEdns = true
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        last = await askOnce(server, name, type, mode, timeoutMs, hasEdns)
        if (last.status === 'temperror' && (last.words === 'FORMERR' || last.words === 'NOTIMP')) hasEdns = false
        else if (last.status !== 'temperror' || last.reason !== 'servfail') return last
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error
        last = { status: 'temperror', reason: error.reason, words: error.message }
        if (error.reason === 'unreachable') return last
      }
      if (attempt + 1 < attempts) await sleep(randomInt(20, 80))
    }
    return last
  }
}
