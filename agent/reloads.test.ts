import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refusal } from './refusal'
import { createReloads, type ReloadTools } from './reloads'

describe('reloads', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function watched(reload: ReloadTools['reload'] = () => Promise.resolve(true)) {
    const times: number[] = []
    const pending = new Set<string>(['postfix'])
    const reloads = createReloads({
      reload: (daemon) => {
        times.push(Date.now())
        return reload(daemon)
      },
      remember: (daemon, isPending) => {
        if (isPending) pending.add(daemon)
        else pending.delete(daemon)
      },
      now: () => Date.now(),
      log: () => undefined,
      pauseMs: 5_000,
    })
    return { reloads, times, pending }
  }

  it('happen at once, then once for all that was asked within five seconds', async () => {
    const { reloads, times, pending } = watched()
    const start = Date.now()
    expect(await reloads.request('postfix')).toMatchObject({ state: 'done', inMs: 0 })
    expect(pending).toEqual(new Set())
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await reloads.request('postfix')).toMatchObject({ state: 'pending', inMs: 4_000 })
    expect(await reloads.request('postfix')).toMatchObject({ state: 'pending', inMs: 4_000 })
    await vi.advanceTimersByTimeAsync(4_000)
    expect(times.map((time) => time - start)).toEqual([0, 5_000])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(times).toHaveLength(2)
  })

  it('do not count where the daemon does not run', async () => {
    let isRunning = false
    const { reloads } = watched(() => Promise.resolve(isRunning))
    expect(await reloads.request('postfix')).toMatchObject({ state: 'down' })
    isRunning = true
    expect(await reloads.request('postfix')).toMatchObject({ state: 'done' })
  })

  it('that fail give the words of the program, and are still to be done at the next start', async () => {
    const { reloads, pending } = watched(() => Promise.reject(new Refusal('fatal: no')))
    expect(await reloads.request('postfix')).toMatchObject({ state: 'failed', words: 'fatal: no' })
    expect(pending).toEqual(new Set(['postfix']))
  })
})
