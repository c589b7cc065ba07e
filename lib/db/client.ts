import 'server-only'
import { PrismaPg } from '@prisma/adapter-pg'
import { env } from '@/lib/env'
import { PrismaClient } from '@/lib/db/generated/client'
import type { Prisma } from '@/lib/db/generated/client'

export type Db = PrismaClient
/** A transaction, or the client itself: what queries and renderers' loaders take. */
export type Tx = Prisma.TransactionClient

/** Opens a client of its own (tests, tools); the process's shared one is {@link db}. */
export function openDb(url: string, max = 10): Db {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max, connectionTimeoutMillis: 20_000 }) })
}

const globals = globalThis as unknown as { posthouseDb?: Db }

/** The process's database client, opened at first use. */
export function db(): Db {
  globals.posthouseDb ??= openDb(env().DATABASE_URL)
  return globals.posthouseDb
}
