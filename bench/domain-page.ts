/**
 * Server time of the pages of a domain (from request to the last byte, one client, signed in, production build) and the
 * JavaScript that the browser loads with sign-in and domain page (gzip, without the nomodule file).
 *
 * Needs: panel
 */
import { gzipSync } from 'node:zlib'
import { measure } from '@/bench/report'
import { systemActor } from '@/lib/auth/actor'
import { encodeSession, sessionCookie } from '@/lib/auth/next-auth'
import { db } from '@/lib/db/client'
import { closeQueue } from '@/lib/jobs/queue'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { env } from '@/lib/env'
import { createMailbox } from '@/lib/mailboxes/service'

const DOMAIN = 'bench.test' as DomainName
const REQUESTS = 100
const WARM_UPS = 10
const BOUND_MILLISECONDS = 50
const BOUND_BYTES = 200_000
const PAGES = ['', '/mailboxes', '/dns', '/dkim', '/reports']

const actor = systemActor('bench')
const admin = await db().admin.create({
  data: { email: 'bench@probe.test', name: 'B', role: 'owner', passwordHash: '' },
})
const session = await db().session.create({ data: { adminId: admin.id, expiresAt: new Date(Date.now() + 3_600_000) } })
const cookie = `${sessionCookie()}=${await encodeSession(session.id)}`
await createDomain(actor, { name: DOMAIN, description: '' })
for (let index = 0; index < 60; index++)
  await createMailbox(actor, {
    domain: DOMAIN,
    localPart: `user${index}`,
    name: '',
    password: 'long enough one',
    quotaMebibytes: null,
  })

async function get(path: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(new URL(path, env().POSTHOUSE_URL), { headers, redirect: 'manual' })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
  return text
}

async function times(path: string): Promise<number[]> {
  const samples: number[] = []
  for (let index = -WARM_UPS; index < REQUESTS; index++) {
    const startedAt = performance.now()
    await get(path, { cookie })
    if (index >= 0) samples.push(performance.now() - startedAt)
  }
  return samples
}

async function scriptBytes(path: string, headers: Record<string, string>): Promise<number> {
  const html = await get(path, headers)
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"]+)"[^>]*>/g)].filter(([tag]) => !/\bnomodule\b/i.test(tag))
  const sources = new Set(tags.map(([, source]) => source ?? ''))
  let bytes = 0
  for (const source of sources) bytes += gzipSync(await get(source.replaceAll('&amp;', '&'), {})).length
  return bytes
}

const rows = []
for (const page of PAGES) {
  const bound = page === '' ? { bound: BOUND_MILLISECONDS } : {}
  rows.push({
    what: `domain${page || ' overview'}`,
    size: `${REQUESTS} requests`,
    samples: await times(`/domains/${DOMAIN}${page}`),
    ...bound,
  })
}
const script = { size: 'gzip', unit: 'bytes', bound: BOUND_BYTES }
rows.push({ what: 'JavaScript of sign-in', samples: [await scriptBytes('/sign-in?begun=1', {})], ...script })
rows.push({ what: 'JavaScript of a domain', samples: [await scriptBytes(`/domains/${DOMAIN}`, { cookie })], ...script })
measure('domain-page', rows)
await closeQueue()
await db().$disconnect()
process.exit()
