import { describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { testDb } from '@/lib/db/testing'

describe('the database of a test', () => {
  const client = testDb()

  it('is the one that services use', async () => {
    await client.setting.create({ data: { key: 'left behind', value: 1 } })
    expect(await db().setting.count()).toBe(1)
  })

  it('is empty again for the next test', async () => {
    expect(await client.setting.count()).toBe(0)
  })
})
