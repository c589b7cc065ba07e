import { open, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'
import { Refusal } from './refusal'
import { run, runClean } from './programs'

export const POSTFIX_MAPS = [
  'smtp/domains',
  'smtp/mailboxes',
  'smtp/aliases',
  'smtp/senders',
  'smtp/access',
  'smtp/homes',
] as const
export type PostfixMap = (typeof POSTFIX_MAPS)[number]

export function isPostfixMap(map: string): map is PostfixMap {
  return (POSTFIX_MAPS as readonly string[]).includes(map)
}

export interface MapLine {
  key: string
  value: string
}

function isSafeKey(key: string): boolean {
  return /^(?!#)[\x21\x23-\x7e]+$/.test(key)
}

/**
 * One line of a Postfix map. Throws a Refusal for a key or value that could be another line, a comment or a
 * continuation (postmap(1)): printable ASCII without white space at either end, and no key that opens with `#`.
 */
export function mapLine({ key, value }: MapLine): string {
  if (!isSafeKey(key)) throw new Refusal(`unsafe map key ${JSON.stringify(key)}`)
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(value)) throw new Refusal(`unsafe map value of ${JSON.stringify(key)}`)
  return `${key} ${value}\n`
}

const CHUNK_BYTES = 1 << 20
const LINES_AT_ONCE = 10_000

/**
 * `postmap` on maps below a configuration of its own, so that a main.cf written just now (Postfix waits until it is 2 s
 * old) or a fault in it has no part in whether a line is good.
 */
export function createPostmaps(configDir: string) {
  mkdirSync(configDir, { recursive: true, mode: 0o755 })
  const main = join(configDir, 'main.cf')
  writeFileSync(main, 'compatibility_level = 3.6\n')
  const past = new Date(Date.now() - 60_000)
  utimesSync(main, past, past)

  const postmap = (args: string[], options = {}) => runClean('postmap', ['-c', configDir, ...args], options)

  /** For -q and -d, whose status 1 only says "not found": words on standard error are the failure. */
  async function quiet(args: string[], keys: readonly string[], timeoutMs: number, onLine?: (line: string) => void) {
    for (const key of keys) if (!isSafeKey(key)) throw new Refusal(`unsafe map key ${JSON.stringify(key)}`)
    const { code, stderr } = await run('postmap', ['-c', configDir, ...args], {
      input: `${keys.join('\n')}\n`,
      timeoutMs,
      ...(onLine && { onLine }),
    })
    if (stderr !== '' || code === null || code > 1) throw new Refusal(stderr || `postmap ended with status ${code}`)
  }

  async function query(table: string, keys: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    if (keys.length === 0) return found
    await quiet(['-q', '-', table], keys, 60_000, (line) => {
      const tab = line.indexOf('\t')
      found.set(line.slice(0, tab), line.slice(tab + 1))
    })
    return found
  }

  async function build(file: string, lines: Iterable<MapLine>): Promise<void> {
    const text = await open(file, 'w', 0o600)
    try {
      let chunk = ''
      for (const line of lines) {
        chunk += mapLine(line)
        if (chunk.length < CHUNK_BYTES) continue
        await text.write(chunk)
        chunk = ''
      }
      await text.write(chunk)
    } finally {
      await text.close()
    }
    await postmap([`lmdb:${file}`], { timeoutMs: 300_000 })
  }

  return {
    /** Builds the map `file` (without `.lmdb`) anew from lines; what it was before is gone. */
    build,

    /** Builds the map beside and puts it in place by one rename: readers see the old one or the new one. */
    async replace(file: string, lines: Iterable<MapLine>): Promise<void> {
      const beside = `${file}.next`
      await rm(`${beside}.lmdb`, { force: true })
      await build(beside, lines)
      const built = await open(`${beside}.lmdb`, 'r')
      try {
        await built.chmod(0o644)
        await built.sync()
      } finally {
        await built.close()
      }
      await rename(`${beside}.lmdb`, `${file}.lmdb`)
      await rm(beside)
      const dir = await open(dirname(file), 'r')
      try {
        await dir.sync()
      } finally {
        await dir.close()
      }
    },

    /** Writes lines into a living map, one commit a key, in the order given; an old value is replaced. */
    async put(file: string, lines: readonly MapLine[]): Promise<void> {
      if (lines.length === 0) return
      await postmap(['-i', '-r', `lmdb:${file}`], { input: lines.map(mapLine).join(''), timeoutMs: 300_000 })
    },

    /** Takes keys out of a living map; a key that is not there is no error. */
    async remove(file: string, keys: readonly string[]): Promise<void> {
      if (keys.length === 0) return
      await quiet(['-d', '-', `lmdb:${file}`], keys, 300_000)
    },

    /** What the map answers for each key; keys without an answer are absent. */
    query: (file: string, keys: readonly string[]) => query(`lmdb:${file}`, keys),

    /**
     * What Postfix reads in these lines, as {@link query}: they are written to the text `file` and asked there (texthash
     * reads text as postmap does), which costs one program where a built map would cost two.
     */
    async judge(file: string, lines: readonly MapLine[]): Promise<Map<string, string>> {
      await writeFile(file, lines.map(mapLine).join(''), { mode: 0o600 })
      // A text written just now would be waited for, as with main.cf.
      await utimes(file, past, past)
      return query(
        `texthash:${file}`,
        lines.map(({ key }) => key),
      )
    },

    /** Order-free hash of all lines that the map really holds. */
    async contents(file: string): Promise<string> {
      let hash = EMPTY_HASH
      let lines: { key: string; before: null; after: string }[] = []
      const add = () => {
        hash = updateHash(hash, lines)
        lines = []
      }
      await postmap(['-s', `lmdb:${file}`], {
        timeoutMs: 300_000,
        onLine: (line: string) => {
          const tab = line.indexOf('\t')
          lines.push({ key: line.slice(0, tab), before: null, after: line.slice(tab + 1) })
          if (lines.length === LINES_AT_ONCE) add()
        },
      })
      add()
      return hash
    },
  }
}
export type Postmaps = ReturnType<typeof createPostmaps>
