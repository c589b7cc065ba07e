/** Runs before each test file that needs a database: makes this worker's database and names it to lib/env. */
import { afterAll, inject } from 'vitest'
import { copyTemplate } from '@/lib/db/testing'
import { db } from '@/lib/db/client'

process.env.DATABASE_URL = await copyTemplate(
  inject('maintenanceDatabaseUrl'),
  `worker_${process.env.VITEST_POOL_ID ?? '0'}`,
)
process.env.POSTHOUSE_SECRET ??= 'a secret of the tests, of no worth elsewhere'
process.env.POSTHOUSE_WORKER_SECRET ??= 'a worker secret of the tests, of no worth elsewhere'
process.env.POSTHOUSE_LOG_LEVEL ??= 'silent'

afterAll(() => db().$disconnect())
