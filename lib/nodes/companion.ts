import 'server-only'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '@/lib/auth/actor'
import { requirePermission } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { addProbeSchema } from '@/lib/deliverability/schema'
import { addProbe } from '@/lib/deliverability/service'
import { TSIG_ALGORITHMS } from '@/lib/dns/schema'
import { addProvider } from '@/lib/dns/service'
import { addNode } from '@/lib/nodes/service'

/** What the native companion says of itself when all its servers answer. */
export const companionReport = z.object({
  ready: z.literal(true),
  pairing: z.array(z.string().min(1)),
  lab: z.object({
    dns: z.object({
      server: z.string(),
      port: z.int(),
      tsigName: z.string(),
      tsigAlgorithm: z.enum(TSIG_ALGORITHMS),
      tsigSecret: z.string(),
    }),
    resolver: z.string(),
    probes: z.array(addProbeSchema),
  }),
})
export type CompanionReport = z.infer<typeof companionReport>

const SETTING = 'companion'
const PROVIDER = 'Companion DNS'

/**
 * Makes the companion's nodes, DNS server and probes known to the panel. A report that is already taken in changes nothing,
 * so every start may call it. Gives the number of nodes it took in, 0 when there was nothing to do.
 */
export async function connectCompanion(actor: Actor, report: CompanionReport): Promise<number> {
  requirePermission(actor, 'node:write')
  const fingerprint = createHash('sha256').update(JSON.stringify(report)).digest('hex')
  const known = await db().setting.findUnique({ where: { key: SETTING } })
  if (known?.value === fingerprint) return 0
  for (const code of report.pairing) await addNode(actor, code)
  const { dns, probes } = report.lab
  if (!(await db().dnsProvider.findUnique({ where: { name: PROVIDER }, select: { id: true } }))) {
    await addProvider(actor, {
      name: PROVIDER,
      kind: 'rfc2136',
      server: dns.server,
      port: dns.port,
      zone: null,
      keyName: dns.tsigName.replace(/\.$/, ''),
      algorithm: dns.tsigAlgorithm,
      secret: dns.tsigSecret,
      // Nobody else caches the lab: a key waits for its record some seconds, not minutes.
      ttlSeconds: 5,
      authoritative: [{ address: dns.server, port: dns.port }],
    })
  }
  for (const probe of probes) await addProbe(actor, probe)
  await db().setting.upsert({
    where: { key: SETTING },
    create: { key: SETTING, value: fingerprint },
    update: { value: fingerprint },
  })
  return report.pairing.length
}
