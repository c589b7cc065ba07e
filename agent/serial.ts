/** More than the line of waiting requests holds. */
export class Busy extends Error {}

/** Runs tasks one at a time in the order they came; throws Busy where `most` wait already. */
export function createSerial(most: number) {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting >= most) return Promise.reject(new Busy(`${waiting} requests wait already`))
    waiting += 1
    const result = last.then(task).finally(() => {
      waiting -= 1
    })
    last = result.catch(() => undefined) // The caller of `result` has its error; the next task starts all the same.
    return result
  }
}
