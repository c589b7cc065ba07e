import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isGlobalAddress } from '@/lib/settings/addresses'

const TIMEOUT_MS = 10_000

interface Webhook {
  url: string
  /** Key of the signature. */
  secret: string
  /** It may be plain http, and in a network that is not public. */
  isPrivate: boolean
}

/** Hands a body to a webhook. Rejects with words where it was not taken. */
export type PostWebhook = (webhook: Webhook, body: string, now: Date) => Promise<void>

/**
 * The value of `Posthouse-Signature`: `t=<seconds>,v1=<hex>`, HMAC-SHA256 of `<seconds>.<body>`. The time is part of it so
 * that a receiver can refuse what somebody recorded and sends again.
 */
function signBody(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/** Only an address that was allowed is connected to: a name cannot lead elsewhere at its second look-up. */
function only(address: string): LookupFunction {
  const family = isIP(address)
  return (_host, { all }, done) => {
    if (all) done(null, [{ address, family }])
    else done(null, address, family)
  }
}

async function allowedAddress(host: string, isPrivate: boolean): Promise<string> {
  const found = isIP(host) !== 0 ? [host] : (await lookup(host, { all: true })).map(({ address }) => address)
  const address = isPrivate ? found[0] : found.find(isGlobalAddress)
  if (address === undefined) throw new Error(`${host} is in a private network, which is not allowed for this webhook`)
  return address
}

/** POSTs JSON with a signature. Follows no redirect; anything but 2xx within ten seconds is a failure. */
export const postWebhook: PostWebhook = async ({ url, secret, isPrivate }, body, now) => {
  const target = new URL(url)
  if (target.protocol !== 'https:' && !(isPrivate && target.protocol === 'http:'))
    throw new Error('the address is not https')
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const address = await allowedAddress(target.hostname.replace(/^\[(.*)\]$/, '$1'), isPrivate)
  const code = await send(target, address, body, signBody(secret, body, now), signal)
  if (code < 200 || code > 299) throw new Error(`the webhook answered ${code}`)
}

function send(url: URL, address: string, body: string, signature: string, signal: AbortSignal): Promise<number> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Posthouse',
    'posthouse-signature': signature,
  }
  return new Promise((resolve, reject) => {
    const sending = start(url, { method: 'POST', headers, lookup: only(address), signal, agent: false }, (response) => {
      // What it says is of no use to us, however long it is.
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    sending.on('error', (error) =>
      reject(signal.aborted ? new Error(`no answer in ${TIMEOUT_MS / 1000} s`, { cause: error }) : error),
    )
    sending.end(body)
  })
}
