'use client'

import { useRouter } from 'next/navigation'
import { memo, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { droppedFiles, reportSender } from '@/components/data/send-report'
import { summaryOf, UploadQueue, type Loss, type UploadItem, type UploadResult } from '@/components/data/upload-queue'
import { Badge } from '@/components/ui/badge'
import { buttonClass } from '@/components/ui/button-class'
import type { Level } from '@/components/ui/level'

const MOST_FILES = 2_000
/** Of the mails of an mbox, those that were not stored are listed. */
const MOST_LISTED = 100

/** Every word of the upload, in the reader's language; numbers stand in braces where they belong. */
export interface UploadTexts {
  files: string
  help: string
  drop: string
  button: string
  list: string
  sending: string
  progress: string
  reading: string
  waiting: string
  stopped: string
  lost: string
  stop: string
  retry: string
  retryAll: string
  retryOne: string
  finished: string
  finishedWord: Record<'ok' | 'attention' | 'broken', string>
  cut: string
  notStored: string
  states: Record<UploadResult['state'], string>
  losses: Record<Loss, string>
}

interface Props {
  back: string
  bounds: { fileBytes: number; requestBytes: number }
  texts: UploadTexts
}

const LEVELS: Record<UploadResult['state'], Level> = {
  stored: 'ok',
  duplicate: 'unknown',
  foreign: 'attention',
  rejected: 'broken',
  failed: 'broken',
}
const STATES = Object.keys(LEVELS) as UploadResult['state'][]

function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ''))
}

/**
 * Takes report files: a native form, so that it works as it stands, and where JavaScript runs files and folders dropped on
 * it, sent one by one with the fate of each.
 */
export function ReportDrop({ back, bounds, texts }: Props) {
  const router = useRouter()
  const [queue] = useState(() => new UploadQueue(reportSender(bounds), () => router.refresh()))
  const items = useSyncExternalStore(queue.subscribe, queue.items, () => NO_ITEMS)
  const [isOver, setIsOver] = useState(false)
  const [isCut, setIsCut] = useState(false)
  const isBusy = queue.isBusy()
  useStayingWhile(isBusy)
  const take = (files: Parameters<UploadQueue['add']>[0]) => {
    setIsCut(files.length > MOST_FILES)
    queue.add(files.slice(0, MOST_FILES))
  }
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const input = event.currentTarget.elements.namedItem('file') as HTMLInputElement
    take([...(input.files ?? [])].map((file) => ({ path: file.name, file })))
    event.currentTarget.reset()
  }
  const drop = (event: React.DragEvent) => {
    setIsOver(false)
    void droppedFiles(event.dataTransfer, MOST_FILES + 1).then((files) => (files.length > 0 ? take(files) : undefined))
  }
  return (
    <>
      <form
        action="/api/reports"
        method="post"
        encType="multipart/form-data"
        onSubmit={submit}
        onDragOver={() => setIsOver(true)}
        onDragLeave={(event) => setIsOver(event.currentTarget.contains(event.relatedTarget as Node | null))}
        onDrop={drop}
        className={`flex flex-col gap-4 rounded-lg border border-dashed px-4 py-4 ${isOver ? 'border-accent bg-accent-soft' : 'border-control'}`}
      >
        <input type="hidden" name="back" value={back} />
        <div className="flex max-w-[560px] flex-col gap-1">
          <label htmlFor="report-file" className="text-sm font-[550]">
            {texts.files}
          </label>
          <p className="text-muted text-sm noscript:hidden">{texts.drop}</p>
          <input
            id="report-file"
            type="file"
            name="file"
            multiple
            required
            accept=".xml,.gz,.zip,.json,.eml,.mbox,application/xml,application/gzip,application/zip,text/xml"
            aria-describedby="report-file-help"
            className="border-control bg-panel file:bg-sunken file:text-text max-w-full rounded-md border px-2.5 py-1.5 file:mr-3 file:rounded-sm file:border-0 file:px-2 file:py-0.5"
          />
          <p id="report-file-help" className="text-muted text-sm">
            {texts.help}
          </p>
        </div>
        <div>
          <button type="submit" className={buttonClass('primary')}>
            {texts.button}
          </button>
        </div>
      </form>
      <Progress queue={queue} items={items} isCut={isCut} texts={texts} />
    </>
  )
}

const NO_ITEMS: readonly UploadItem[] = []

/** A file dropped beside the form must not replace the page, and who leaves while files are sent is asked first. */
function useStayingWhile(isBusy: boolean): void {
  useEffect(() => {
    const refuse = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    }
    document.addEventListener('dragover', refuse)
    document.addEventListener('drop', refuse)
    return () => {
      document.removeEventListener('dragover', refuse)
      document.removeEventListener('drop', refuse)
    }
  }, [])
  useEffect(() => {
    if (!isBusy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isBusy])
}

interface ProgressProps {
  queue: UploadQueue
  items: readonly UploadItem[]
  isCut: boolean
  texts: UploadTexts
}

/** How far the upload is, over all and file by file. */
function Progress({ queue, items, isCut, texts }: ProgressProps) {
  const head = useRef<HTMLDivElement>(null)
  const summary = summaryOf(items)
  const { counts, lost, stopped, files, allFiles, share } = summary
  const isBusy = files < allFiles
  const act = (action: () => void) => () => {
    action()
    // The button is gone with what it did.
    head.current?.focus()
  }
  const bad = counts.rejected + counts.failed + lost
  const level = bad > 0 ? 'broken' : counts.stored === summary.given ? 'ok' : 'attention'
  return (
    <div ref={head} tabIndex={-1} className={allFiles === 0 ? '' : 'mt-4 flex flex-col gap-3'}>
      <div role="status">
        {allFiles === 0 ? null : isBusy ? (
          <Badge level="waiting">{texts.sending}</Badge>
        ) : (
          <p className="flex flex-wrap items-center gap-2">
            <Badge level={level}>{texts.finishedWord[level]}</Badge>
            {filled(texts.finished, { stored: counts.stored, given: summary.given })}
          </p>
        )}
        {isCut ? <p>{filled(texts.cut, { most: MOST_FILES })}</p> : null}
      </div>
      {allFiles === 0 ? null : (
        <>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            {isBusy ? (
              <progress value={share} max={1} aria-label={texts.list} className="accent-accent h-2 w-full max-w-60" />
            ) : null}
            <span className="tabular-nums">{filled(texts.progress, { files, allFiles })}</span>
            {STATES.filter((state) => counts[state] > 0).map((state) => (
              <Badge key={state} level={LEVELS[state]}>
                {texts.states[state]} {counts[state]}
              </Badge>
            ))}
            {lost > 0 ? (
              <Badge level="broken">
                {texts.lost} {lost}
              </Badge>
            ) : null}
            {isBusy ? (
              <button type="button" className={buttonClass('plain', 'small')} onClick={act(() => queue.stop())}>
                {texts.stop}
              </button>
            ) : lost + stopped > 1 ? (
              <button type="button" className={buttonClass('plain', 'small')} onClick={act(() => queue.retry(null))}>
                {texts.retryAll}
              </button>
            ) : null}
          </div>
          <ul aria-label={texts.list} tabIndex={0} className="border-line max-h-96 overflow-y-auto rounded-md border">
            {items.map((item) => (
              <Row key={item.id} item={item} texts={texts} onRetry={act(() => queue.retry(item.id))} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

interface RowProps {
  item: UploadItem
  texts: UploadTexts
  onRetry: () => void
}

/** One file. A row changes with its item alone: of two thousand only those under way are drawn again. */
const Row = memo(
  function Row({ item, texts, onRetry }: RowProps) {
    const canRetry = (item.step === 'lost' || item.step === 'stopped') && item.file !== null
    return (
      <li className="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5 last:border-b-0">
        <span className="min-w-0 flex-[1_1_240px] wrap-anywhere">
          <bdi>{item.path}</bdi>
          <Words item={item} texts={texts} />
        </span>
        <Fate item={item} texts={texts} />
        {canRetry ? (
          <button
            type="button"
            aria-label={filled(texts.retryOne, { file: item.path })}
            className={buttonClass('plain', 'small')}
            onClick={onRetry}
          >
            {texts.retry}
          </button>
        ) : null}
      </li>
    )
  },
  (before, after) => before.item === after.item,
)

function Fate({ item, texts }: Pick<RowProps, 'item' | 'texts'>) {
  if (item.step === 'waiting') return <Badge level="unknown">{texts.waiting}</Badge>
  if (item.step === 'stopped') return <Badge level="attention">{texts.stopped}</Badge>
  if (item.step === 'lost') return <Badge level="broken">{texts.lost}</Badge>
  if (item.step === 'sending') {
    const size = item.file?.size ?? 0
    if (item.sent >= size) return <Badge level="waiting">{texts.reading}</Badge>
    return <progress value={item.sent} max={size} aria-label={item.path} className="accent-accent h-2 w-32" />
  }
  const { counts } = summaryOf([item])
  return STATES.filter((state) => counts[state] > 0).map((state) => (
    <Badge key={state} level={LEVELS[state]}>
      {texts.states[state]} {item.results.length > 1 ? counts[state] : ''}
    </Badge>
  ))
}

/** Why a file was lost or not stored; the report's page where it was. */
function Words({ item, texts }: Pick<RowProps, 'item' | 'texts'>) {
  const [first, ...others] = item.results
  const loss = item.loss === null ? null : <span className="text-muted block text-sm">{texts.losses[item.loss]}</span>
  if (!first) return loss
  if (others.length === 0) {
    return (
      <>
        {loss}
        {first.words === null ? null : <span className="text-muted block text-sm">{first.words}</span>}
      </>
    )
  }
  const left = item.results.filter(({ state }) => state !== 'stored')
  if (left.length === 0) return loss
  return (
    <>
      {loss}
      <details className="text-sm">
        <summary className="text-muted">{filled(texts.notStored, { count: left.length })}</summary>
        <ul className="text-muted">
          {left.slice(0, MOST_LISTED).map(({ name, state, words }) => (
            <li key={name}>
              <bdi>{name}</bdi>: {words ?? texts.states[state]}
            </li>
          ))}
        </ul>
      </details>
    </>
  )
}
