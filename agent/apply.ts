import { join } from 'node:path'
import type { NodePaths } from '@/lib/agent-protocol/node-config'
import { STEPS } from './order'
import { isPostfixMap, POSTFIX_MAPS, type Postmaps } from './postmaps'
import { Refusal } from './refusal'
import type { Settings } from './settings'
import type { SigningFiles } from './signing-files'
import type { IntentOperation, Operation, Store } from './store'
import { isUserMap, type UsersFile } from './users-file'

/** What the node's files are written by. */
export interface Writers {
  store: Store
  /** The node's own name: settings with another key are for another node. */
  nodeName: string
  postmaps: Postmaps
  users: UsersFile
  signing: SigningFiles
  settings: Settings
  paths: NodePaths
  /** Called after each step; a test ends the process here. */
  onStep: (name: string) => void
}

/** File of a Postfix map, without `.lmdb`: `smtp/mailboxes` is `maps/mailboxes`. */
export function mapFile(paths: NodePaths, map: string): string {
  return join(paths.maps, map.slice(map.indexOf('/') + 1))
}

/**
 * From how many keys on a map is built beside and renamed rather than changed key by key. Measured on 2 cores: a key
 * costs 0.3 ms on an idle disk and 2.6 ms on a busy one at any size of the map (each is a commit), a rebuild costs 30 ms
 * and 3 to 11 µs for each line that the map holds, so a key costs as much as some hundred lines.
 */
export function isRebuildCheaper(keys: number, lines: number): boolean {
  return keys > 100 + lines / 100
}

/** One step of the open intent, forward to the new values or back to the old ones. Can be run any number of times. */
async function runStep(
  writers: Writers,
  step: number,
  operations: readonly IntentOperation[],
  way: 'forward' | 'back',
) {
  const { store, postmaps, users, signing, settings, paths } = writers
  const target = ({ before, after }: IntentOperation) => (way === 'forward' ? after : before)
  const at = way === 'forward' ? step : step - 1
  const name = STEPS[step]

  if (name === 'signing') {
    signing.writeTables(store, at)
    return
  }
  if (name === 'settings') {
    for (const operation of operations) {
      const value = target(operation)
      if (operation.key === writers.nodeName && value !== null) await settings.apply(value)
    }
    return
  }
  const [first] = operations
  if (!first) return
  if (isUserMap(first.map)) {
    users.apply(operations.map((one) => ({ ...one, after: target(one) })))
    return
  }
  if (!isPostfixMap(first.map)) throw new Error(`no writer for ${first.map}`)

  const file = mapFile(paths, first.map)
  if (isRebuildCheaper(operations.length, store.totalOf(first.map).count))
    return postmaps.replace(file, store.eachAt(first.map, at))
  const puts = operations.flatMap((one) => {
    const value = target(one)
    return value === null ? [] : [{ key: one.key, value }]
  })
  await postmaps.put(file, puts)
  await postmaps.remove(
    file,
    operations.filter((one) => target(one) === null).map(({ key }) => key),
  )
}

/** Carries out an intent that is open in the store, step by step in the legal order. */
export async function carryOut(writers: Writers, operations: readonly IntentOperation[]): Promise<void> {
  const steps = Map.groupBy(operations, ({ step }) => step)
  for (const [step, group] of [...steps].sort(([a], [b]) => a - b)) {
    await runStep(writers, step, group, 'forward')
    writers.onStep(`after ${STEPS[step]}`)
  }
}

/** Undoes an intent, in the reverse order; what was never done is undone without effect. */
export async function undo(writers: Writers, operations: readonly IntentOperation[]): Promise<void> {
  const steps = Map.groupBy(operations, ({ step }) => step)
  for (const [step, group] of [...steps].sort(([a], [b]) => b - a)) await runStep(writers, step, group, 'back')
}

/**
 * Asks the real programs about the lines that would come: a small table of only the changed lines must give exactly the
 * intended value for each key. Throws a Refusal.
 */
export async function verifyCandidate(
  writers: Writers,
  scratchDir: string,
  operations: readonly Operation[],
): Promise<void> {
  await Promise.all(
    POSTFIX_MAPS.map(async (map) => {
      const lines = operations.flatMap(({ map: of, key, after }) =>
        of === map && after !== null ? [{ key, value: after }] : [],
      )
      if (lines.length === 0) return
      const found = await writers.postmaps.judge(join(scratchDir, map.replace('/', '-')), lines)
      expectLines(
        found,
        map,
        operations.filter((one) => one.map === map && one.after !== null),
      )
    }),
  )
  for (const { map, key, after } of operations)
    if (map === 'node/settings' && key === writers.nodeName && after !== null) await writers.settings.verify(after)
}

/** Reads everything that changed back from the living files. Throws a Refusal. */
export async function readBack(writers: Writers, operations: readonly Operation[]): Promise<void> {
  const byMap = Map.groupBy(operations, ({ map }) => map)
  await Promise.all(
    [...byMap].map(async ([map, group]) => {
      if (isPostfixMap(map)) {
        const keys = group.map(({ key }) => key)
        expectLines(await writers.postmaps.query(mapFile(writers.paths, map), keys), map, group)
      } else if (isUserMap(map)) writers.users.verify(group)
    }),
  )
}

function expectLines(found: ReadonlyMap<string, string>, map: string, operations: readonly Operation[]): void {
  for (const { key, after } of operations) {
    const value = found.get(key) ?? null
    if (value !== after) throw new Refusal(`${map}: ${key} gives ${show(value)} where ${show(after)} is meant`)
  }
}

const show = (value: string | null) => (value === null ? 'nothing' : JSON.stringify(value.slice(0, 200)))
