import { describe, expect, it } from 'vitest'
import { answerOf } from '@/components/data/send-report'
import { summaryOf, UploadQueue, type Answer, type UploadResult } from '@/components/data/upload-queue'

const result = (state: UploadResult['state'], name = 'r'): UploadResult => ({
  ...{ name, kind: 'aggregate', state, words: null, reportId: null },
})
const given = (...names: string[]) => names.map((name) => ({ path: name, file: new File(['12345'], name) }))

/** A server that answers when it is told to. */
function testServer() {
  const asked: { name: string; signal: AbortSignal; onSent: (bytes: number) => void; answer: (a: Answer) => void }[] =
    []
  let idle = 0
  const queue = new UploadQueue(
    (file, onSent, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ name: file.name, signal, onSent, answer: resolve })
        signal.addEventListener('abort', () => reject(new Error('stopped')))
        if (file.name.startsWith('lost')) reject(new Error('the network failed'))
      }),
    () => (idle += 1),
  )
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
  const answer = async (name: string, found: Answer = { results: [result('stored')], loss: null }) => {
    asked.findLast((one) => one.name === name)?.answer(found)
    await settled()
  }
  const steps = () => queue.items().map(({ path, step }) => `${path} ${step}`)
  return { queue, asked, answer, settled, steps, idleTimes: () => idle }
}

describe('a queue of uploads', () => {
  it('sends three at a time, the next when one is through, and tells once that all are', async () => {
    const { queue, asked, answer, idleTimes } = testServer()
    queue.add(given('a', 'b', 'c', 'd'))
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await answer('b')
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
    for (const name of ['a', 'c']) await answer(name)
    expect(idleTimes()).toBe(0)
    await answer('d')
    expect(idleTimes()).toBe(1)
    expect(summaryOf(queue.items())).toMatchObject({ given: 4, counts: { stored: 4 }, files: 4, share: 1 })
  })

  it('goes on where one is lost, and tries that again', async () => {
    const { queue, asked, answer, settled, steps } = testServer()
    queue.add(given('lost', 'b'))
    await settled()
    await answer('b', { results: [result('rejected')], loss: null })
    expect(steps()).toEqual(['lost lost', 'b done'])
    expect(queue.items()[0]?.loss).toBe('network')
    queue.retry(null)
    expect(asked.map(({ name }) => name)).toEqual(['lost', 'b', 'lost'])
  })

  it('stops what is under way and what waits, and leaves what is done', async () => {
    const { queue, asked, answer, settled, steps, idleTimes } = testServer()
    queue.add(given('a', 'b', 'c', 'd', 'e'))
    await answer('a')
    queue.stop()
    await settled()
    expect(steps()).toEqual(['a done', 'b stopped', 'c stopped', 'd stopped', 'e stopped'])
    expect(asked.filter(({ signal }) => signal.aborted)).toHaveLength(3)
    expect([asked.length, idleTimes()]).toEqual([4, 1])
  })

  it('sends nothing more once the session has ended', async () => {
    const { queue, asked, answer, steps } = testServer()
    queue.add(given('a', 'b', 'c', 'd', 'e'))
    await answer('a', { results: [], loss: 'signedOut' })
    expect(steps()).toEqual(['a lost', 'b sending', 'c sending', 'd lost', 'e lost'])
    expect(asked).toHaveLength(3)
  })

  it('tells of a file that the browser could not open', async () => {
    const { queue, settled } = testServer()
    queue.add([{ path: 'folder/x', file: null }])
    await settled()
    expect(queue.items()).toMatchObject([{ step: 'lost', loss: 'unreadable' }])
    queue.retry(null)
    expect(queue.isBusy()).toBe(false)
  })

  it('counts the mails of an mbox by what became of each, and bytes by what has gone', async () => {
    const { queue, asked, answer } = testServer()
    queue.add(given('box', 'b'))
    asked[1]?.onSent(1)
    expect(summaryOf(queue.items()).share).toBeCloseTo(0.1)
    await answer('box', { results: [result('stored'), result('duplicate'), result('rejected')], loss: null })
    expect(summaryOf(queue.items())).toMatchObject({
      given: 3,
      counts: { stored: 1, duplicate: 1, rejected: 1 },
      files: 1,
      share: 0.6,
    })
  })

  it('begins a new list when the last one is through, and goes on with it until then', async () => {
    const { queue, answer, steps } = testServer()
    queue.add(given('a'))
    queue.add(given('b'))
    expect(steps()).toEqual(['a sending', 'b sending'])
    await answer('a')
    await answer('b')
    queue.add(given('c'))
    expect(steps()).toEqual(['c sending'])
  })
})

describe('an answer', () => {
  it.each([
    [200, { results: [result('failed')] }, null],
    [401, { error: 'UNAUTHENTICATED' }, 'signedOut'],
    [403, { error: 'FORBIDDEN' }, 'forbidden'],
    [413, null, 'tooLarge'],
    [422, { key: 'report.tooManyFiles', results: [result('stored')] }, 'tooMany'],
    [422, { key: 'report.uploadBroken', results: [] }, 'network'],
    [502, null, 'server'],
    [200, null, 'server'],
  ])('of status %i %j is taken as %s', (status, body, loss) => {
    expect(answerOf(status, body)).toEqual({ results: body && 'results' in body ? body.results : [], loss })
  })
})
