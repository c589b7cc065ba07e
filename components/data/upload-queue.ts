/** What became of one report: as the API tells it (docs/guides/give-reports.md). */
export interface UploadResult {
  name: string
  kind: string | null
  state: 'stored' | 'duplicate' | 'foreign' | 'rejected' | 'failed'
  words: string | null
  reportId: string | null
}

/** A file as it was given; `path` is shown, of a file in a folder with that. Null where the browser could not open it. */
export interface GivenFile {
  path: string
  file: File | null
}

export type Loss = 'network' | 'signedOut' | 'unreadable' | 'tooLarge' | 'tooMany' | 'forbidden' | 'server'

export interface UploadItem {
  id: number
  path: string
  file: File | null
  /** `lost`: it did not arrive, or not all of it, and may be tried again; `stopped`: by the reader. */
  step: 'waiting' | 'sending' | 'done' | 'lost' | 'stopped'
  /** Bytes. */
  sent: number
  results: UploadResult[]
  loss: Loss | null
}

export interface Answer {
  results: UploadResult[]
  /** What went wrong beside the results; null where all was read. */
  loss: Loss | null
}

/** Sends one file and tells how many bytes have gone. Throws where the network does; an abort ends it. */
export type Send = (file: File, onSent: (bytes: number) => void, signal: AbortSignal) => Promise<Answer>

const AT_ONCE = 3

/**
 * Sends files, three at a time, each by itself, so that none stops another. What it holds is read by `items` (a new list
 * at each change) and followed by `subscribe`; `onIdle` is called when the last of them is through, but
 * not where the session has ended: the page would give way to the sign-in, and what was not sent would be lost from sight.
 */
export class UploadQueue {
  private list: readonly UploadItem[] = []
  private readonly listeners = new Set<() => void>()
  private readonly running = new Map<number, AbortController>()
  private nextId = 0

  constructor(
    private readonly send: Send,
    private readonly onIdle: () => void,
  ) {}

  readonly items = (): readonly UploadItem[] => this.list

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** After what was given before, of which nothing is left on the list once all of it is through. */
  add(files: readonly GivenFile[]): void {
    const before = this.isBusy() ? this.list : []
    const added = files.map(({ path, file }): UploadItem => {
      this.nextId += 1
      return { ...WAITING, id: this.nextId, path, file }
    })
    this.set([...before, ...added])
    this.start()
  }

  /** Ends what is under way and what waits. What had arrived by then may be stored: given again, it is known. */
  stop(): void {
    this.set(this.list.map((item) => (isOpen(item) ? { ...item, step: 'stopped' } : item)))
    for (const controller of this.running.values()) controller.abort()
  }

  /** Sends what was lost or stopped once more: one file, or all. */
  retry(id: number | null): void {
    const isMeant = (item: UploadItem) =>
      (item.step === 'lost' || item.step === 'stopped') && item.file !== null && (id === null || item.id === id)
    this.set(this.list.map((item) => (isMeant(item) ? { ...item, ...WAITING } : item)))
    this.start()
  }

  isBusy(): boolean {
    return this.list.some(isOpen)
  }

  private start(): void {
    for (const item of this.list) {
      if (this.running.size >= AT_ONCE) return
      if (item.step === 'waiting' && !this.running.has(item.id)) void this.run(item)
    }
  }

  private async run({ id, file }: UploadItem): Promise<void> {
    const controller = new AbortController()
    this.running.set(id, controller)
    this.change(id, { step: 'sending' })
    const answer = await this.answer(file, (sent) => this.change(id, { sent }), controller.signal)
    this.running.delete(id)
    if (!controller.signal.aborted) this.change(id, { ...answer, step: answer.loss === null ? 'done' : 'lost' })
    // Nobody is signed in any more: the rest would only hear the same.
    if (answer.loss === 'signedOut') {
      this.set(this.list.map((item) => (item.step === 'waiting' ? { ...item, step: 'lost', loss: 'signedOut' } : item)))
    }
    this.start()
    if (answer.loss !== 'signedOut' && !this.isBusy() && this.running.size === 0) this.onIdle()
  }

  private async answer(file: File | null, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Answer> {
    if (file === null) return { results: [], loss: 'unreadable' }
    try {
      return await this.send(file, onSent, signal)
    } catch {
      // The browser does not tell what it was: no network, no server, or a file that is gone.
      return { results: [], loss: 'network' }
    }
  }

  private change(id: number, change: Partial<UploadItem>): void {
    this.set(this.list.map((item) => (item.id === id && isOpen(item) ? { ...item, ...change } : item)))
  }

  private set(list: readonly UploadItem[]): void {
    this.list = list
    for (const listener of this.listeners) listener()
  }
}

const WAITING = { step: 'waiting', sent: 0, results: [], loss: null } as const satisfies Partial<UploadItem>

function isOpen({ step }: UploadItem): boolean {
  return step === 'waiting' || step === 'sending'
}

export interface UploadSummary {
  /** Reports with a result, and files without one. */
  given: number
  counts: Record<UploadResult['state'], number>
  lost: number
  stopped: number
  /** Files that are through, and all. */
  files: number
  allFiles: number
  /** Share of the bytes that have gone, 0 to 1. */
  share: number
}

/** How an upload stands. */
export function summaryOf(items: readonly UploadItem[]): UploadSummary {
  const counts = { stored: 0, duplicate: 0, foreign: 0, rejected: 0, failed: 0 }
  for (const { results } of items) for (const { state } of results) counts[state] += 1
  const inStep = (step: UploadItem['step']) => items.filter((item) => item.step === step).length
  const bytes = items.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
  const sent = items.reduce((sum, item) => sum + (isOpen(item) ? item.sent : (item.file?.size ?? 0)), 0)
  const open = items.filter(isOpen).length
  const [lost, stopped] = [inStep('lost'), inStep('stopped')]
  const results = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return {
    ...{ given: results + lost + stopped, counts, lost, stopped },
    ...{ files: items.length - open, allFiles: items.length, share: bytes === 0 ? 1 : Math.min(1, sent / bytes) },
  }
}
