import { expect, it } from 'vitest'
import { StayingMail } from '@/lib/report-mailboxes/take-mail'

it('remembers mails that stay only while the folder numbers them so and they are in it', () => {
  const staying = new StayingMail()
  staying.enter(1n)
  staying.settled.set(1, 'other').set(2, 'held')
  staying.failed.set(3, { attempts: 1, nextTryAt: 500 }).set(4, { attempts: 1, nextTryAt: 400 })
  staying.enter(1n)
  expect(staying.nextTryAt()).toBe(400)
  // Whoever deleted mail 4 must not have us look for it every second.
  staying.keepOnly(new Set([1, 3]))
  expect([[...staying.settled.keys()], [...staying.failed.keys()], staying.nextTryAt()]).toEqual([[1], [3], 500])
  staying.enter(2n)
  expect([staying.settled.size, staying.failed.size, staying.nextTryAt()]).toEqual([0, 0, null])
})
