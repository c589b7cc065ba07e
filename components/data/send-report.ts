import type { Answer, GivenFile, Loss, Send, UploadResult } from '@/components/data/upload-queue'

const MAX_DEPTH = 32
/** Of an mbox the bound of a file holds for each mail in it. */
const MBOX_HEAD = 'From '

const LOSS_OF_KEY: Record<string, Loss> = { 'report.uploadTooLarge': 'tooLarge', 'report.tooManyFiles': 'tooMany' }

/** Sends one report file as the body of a request; what is larger than the server takes is not sent at all. */
export function reportSender(bounds: { fileBytes: number; requestBytes: number }): Send {
  return async (file, onSent, signal) => {
    const isMbox = file.size > bounds.fileBytes && (await file.slice(0, MBOX_HEAD.length).text()) === MBOX_HEAD
    const isTooLarge = file.size > (isMbox ? bounds.requestBytes : bounds.fileBytes)
    return isTooLarge ? { results: [], loss: 'tooLarge' } : post(file, onSent, signal)
  }
}

function post(file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // `fetch` tells nothing of what has gone.
    const request = new XMLHttpRequest()
    request.open('POST', `/api/reports?name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept', 'application/json')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.onload = () => resolve(answerOf(request.status, request.response))
    request.onerror = () => reject(new Error('the network failed'))
    request.onabort = () => reject(new Error('stopped'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

/** What an answer of the API says, whatever stands between the API and here. */
export function answerOf(status: number, body: unknown): Answer {
  const { results, key } = (body ?? {}) as { results?: UploadResult[]; key?: string }
  if (status === 200 && results) return { results, loss: null }
  return { results: results ?? [], loss: lossOf(status, key) }
}

function lossOf(status: number, key: string | undefined): Loss {
  if (status === 401) return 'signedOut'
  if (status === 403) return 'forbidden'
  if (status === 413) return 'tooLarge'
  if (key === 'report.uploadBroken') return 'network'
  return LOSS_OF_KEY[key ?? ''] ?? 'server'
}

/**
 * The files that were dropped, those in folders too, at most `most` of them. To be called while the event is handled:
 * afterwards the browser has forgotten what it was.
 */
export async function droppedFiles(transfer: DataTransfer, most: number): Promise<GivenFile[]> {
  const dropped = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const files: GivenFile[] = []
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) await addFolder(entry as FileSystemDirectoryEntry, files, most, 0)
    else if (file && files.length < most) files.push({ path: file.name, file })
  }
  return files
}

async function addFolder(
  folder: FileSystemDirectoryEntry,
  files: GivenFile[],
  most: number,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) return
  for (const entry of await entriesOf(folder)) {
    if (files.length >= most) return
    const path = entry.fullPath.replace(/^\//, '')
    if (entry.isDirectory) await addFolder(entry as FileSystemDirectoryEntry, files, most, depth + 1)
    else files.push({ path, file: await fileOf(entry as FileSystemFileEntry) })
  }
}

/** A browser gives a folder's content in portions, and an empty one at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])))
    if (portion.length === 0) return all
    all.push(...portion)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)))
}
