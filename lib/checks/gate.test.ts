import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGate } from '@/lib/checks/gate'

test('who waits has the place that is left, before whoever comes then', async () => {
  const gate = createGate(1)
  let running = 0
  let most = 0
  const work = () =>
    gate(async () => {
      most = Math.max(most, ++running)
      await sleep(1)
      running--
    })
  const first = work()
  const second = work()
  // Comes when the first has just left and the second is about to begin.
  const third = first.then(work)
  await Promise.all([second, third, work()])
  expect(most).toBe(1)
})

test('so many run at a time, in the order they came, also after one that failed', async () => {
  const gate = createGate(2)
  const order: number[] = []
  let running = 0
  let most = 0
  const work = (number: number) =>
    gate(async () => {
      order.push(number)
      most = Math.max(most, ++running)
      await sleep(2)
      running--
      if (number === 0) throw new Error('broken')
      return number
    })
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work))
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual([false, true, true, true, true, true])
})
