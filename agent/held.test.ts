import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { heldMail, queueIdTime } from './held'

let queue: string
beforeEach(() => {
  queue = mkdtempSync(join(tmpdir(), 'posthouse-hold-'))
})
afterEach(() => rmSync(queue, { recursive: true, force: true }))

test('a long queue id tells when the message came in', () => {
  // Of Postfix 3.7, which logged it at that second.
  expect(queueIdTime('4jXgvd3kxWzc4RC')).toEqual(new Date('2026-11-22T20:41:01.527Z'))
  for (const id of ['4A1B2C3D5E', 'zc4RC', 'jXgvd3kxWzc4RC', '4jXgvA3kxWzc4RC', ''])
    expect(queueIdTime(id), id).toBeNull()
})

test('no queue, no hold folder, an empty one: nothing is on hold', () => {
  const nothing = { count: 0, oldestAt: null }
  expect(heldMail(join(queue, 'missing'))).toEqual(nothing)
  expect(heldMail(queue)).toEqual(nothing)
  mkdirSync(join(queue, 'hold'))
  expect(heldMail(queue)).toEqual(nothing)
})

test('the oldest message on hold counts, in folders below too, and by its file where the name does not tell', () => {
  mkdirSync(join(queue, 'hold', '4'), { recursive: true })
  writeFileSync(join(queue, 'hold', '4', '4jXgvd3kxWzc4RC'), '')
  writeFileSync(join(queue, 'hold', '4jXhvd3kxWzc4RD'), '')
  writeFileSync(join(queue, 'hold', '3A1B2C3D5E'), '')
  const { count, oldestAt } = heldMail(queue)
  expect(count).toBe(3)
  expect(Date.parse(oldestAt ?? '')).toBeLessThanOrEqual(
    Math.min(Date.parse('2026-11-22T20:41:01.527Z'), Date.now() + 1000),
  )
})
