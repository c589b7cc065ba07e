import { expect, test } from 'vitest'
import { Alarm } from '@/lib/clock/alarm'

test('a ring ends the sleep, also one that came before it, and only one', async () => {
  const alarm = new Alarm()
  alarm.ring()
  await alarm.sleep(60_000)
  const sleeping = alarm.sleep(60_000)
  alarm.ring()
  await sleeping
  const short = await Promise.race([
    alarm.sleep(60_000).then(() => 'woken'),
    new Promise((resolve) => setTimeout(resolve, 20, 'asleep')),
  ])
  expect(short).toBe('asleep')
  alarm.ring()
})
