/** Lets so many pieces of work run at a time; the others wait their turn, first come, first served. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** A gate that at most `width` pass at a time. */
export function createGate(width: number): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // Whoever waits takes this place over, so that nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
