import 'server-only'
import { z } from 'zod'
import type { Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import {
  KNOWN_SERVICES,
  serviceFinder,
  type KnownService,
  type ServiceFinder,
} from '@/lib/dmarc/sources/known-services'
import { parseRecordName } from '@/lib/dns/record'
import { changeMail } from '@/lib/releases/change-mail'

const KEY = 'reports.services'
const MOST_SERVICES = 2_000
const MOST_DOMAINS = 100

const domainName = z
  .string()
  .max(253)
  .transform((text) => text.toLowerCase())
  .refine((text) => parseRecordName(text) === text && text.includes('.'), 'reports.serviceDomain')

/** A list of services as it is given: entries of {@link KnownService}. One without domains takes the known one of that id away. */
export const serviceListSchema = z
  .array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9-]{1,50}$/, 'reports.serviceId'),
      name: z
        .string()
        .trim()
        .min(1)
        .max(100)
        .regex(/^\P{C}+$/u, 'reports.serviceName'),
      domains: z.array(domainName).max(MOST_DOMAINS),
      include: domainName.optional(),
    }),
  )
  .max(MOST_SERVICES)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'reports.serviceTwice')
export type ServiceList = z.infer<typeof serviceListSchema>

async function readOwn(): Promise<ServiceList> {
  const row = await db().setting.findUnique({ where: { key: KEY }, select: { value: true } })
  return row === null ? [] : serviceListSchema.parse(row.value)
}

function merged(own: ServiceList): KnownService[] {
  const byId = new Map(KNOWN_SERVICES.map((service) => [service.id, service]))
  for (const { include, ...service } of own)
    byId.set(service.id, { ...service, ...(include === undefined ? {} : { include }) })
  return [...byId.values()].filter(({ domains }) => domains.length > 0)
}

/** Every known service: those that come with the panel, with the installation's own list over them. */
export async function listServices(): Promise<KnownService[]> {
  return merged(await readOwn())
}

/** Tells services by that list. */
export async function storedServiceFinder(): Promise<ServiceFinder> {
  return serviceFinder(await listServices())
}

/** Stores the installation's own list in the place of the one before; an empty one leaves what comes with the panel. */
export async function storeServices(actor: Actor, list: ServiceList) {
  const options = { domains: [], action: 'setting:report-services', subject: 'reports' }
  return changeMail(actor, 'setting:write', options, async (change) => {
    change.audit({ services: list.map(({ id }) => id) })
    await change.tx.setting.deleteMany({ where: { key: KEY } })
    if (list.length > 0) await change.tx.setting.create({ data: { key: KEY, value: list } })
  })
}
