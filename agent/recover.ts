import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { reloadNote, type Agent } from './agent'
import { carryOut, mapFile, readBack, undo } from './apply'
import { findProcesses } from './daemons'
import { POSTFIX_MAPS } from './postmaps'
import { Refusal } from './refusal'
import type { Operation } from './store'
import { USER_MAPS } from './users-file'

const ORPHAN_ROUNDS = 50
const ORPHAN_PAUSE_MS = 20

/**
 * Ends an intent that an earlier process left open: carried out to its end, since it was verified before it was
 * written; undone where that fails. Throws when neither can be done, and the intent stays.
 */
export async function finishIntent({ store, writers, log }: Agent): Promise<void> {
  const operations = store.intent()
  if (operations.length === 0) return
  try {
    await carryOut(writers, operations)
    await readBack(writers, operations)
    store.commitIntent(operations)
    log('info', 'intent.carriedOut', { lines: operations.length })
  } catch (error) {
    log('error', 'intent.undone', { lines: operations.length, words: String(error) })
    await undo(writers, operations)
    store.dropIntent()
  }
}

/**
 * What a start does before the first request: ends an open intent, compares every file with the store and puts it right
 * where it differs, and reloads what was to be reloaded. Gives the names of what had to be repaired.
 */
export async function recover(agent: Agent): Promise<string[]> {
  const { config, store, writers, paths, log } = agent
  await endOrphans(agent)
  const isSmtp = config.roles.includes('smtp')
  // What is missing or broken cannot be changed key by key, so it is made anew before the intent is ended.
  const repaired = new Set<string>(isSmtp ? await unreadableMaps(agent) : [])
  for (const map of repaired) await writers.postmaps.replace(mapFile(paths, map), store.eachAt(map, -1))

  await finishIntent(agent)

  if (isSmtp) {
    const held = await Promise.all(POSTFIX_MAPS.map((map) => writers.postmaps.contents(mapFile(paths, map))))
    for (const [index, map] of POSTFIX_MAPS.entries()) {
      if (held[index] === store.totalOf(map).hash) continue
      await writers.postmaps.replace(mapFile(paths, map), store.eachAt(map, -1))
      repaired.add(map)
    }
    forgetLostKeys(agent)
    if (writers.signing.repair(store)) repaired.add('dkim')
    writers.signing.sweep(store)
    const settings = store.get('node/settings', '', config.name)
    if (settings !== null && (await writers.settings.apply(settings))) repaired.add('node/settings')
  }
  for (const map of USER_MAPS) if (writers.users.repair(map, () => store.each(map))) repaired.add(map)

  if (repaired.size > 0) log('info', 'start.repaired', { maps: [...repaired] })
  await reloadPending(agent, repaired)
  return [...repaired]
}

/**
 * A `postmap` of an agent that was killed goes on with the lines it was given. It is ended first: whatever it has
 * written is legal, and the intent says the rest.
 */
async function endOrphans({ paths, log }: Agent): Promise<void> {
  const mark = join(paths.agent, 'postmap')
  for (let round = 0; round < ORPHAN_ROUNDS; round += 1) {
    const orphans = findProcesses('postmap', mark)
    if (orphans.length === 0) return
    log('info', 'start.orphansEnded', { orphans })
    for (const pid of orphans) process.kill(pid, 'SIGKILL')
    await setTimeout(ORPHAN_PAUSE_MS)
  }
  throw new Error('a postmap of an earlier agent does not end')
}

/** Maps that `postmap` cannot open: not there, or not a map. */
async function unreadableMaps({ writers, paths, log }: Agent): Promise<string[]> {
  const answers = await Promise.all(
    POSTFIX_MAPS.map(async (map) => {
      try {
        await writers.postmaps.query(mapFile(paths, map), ['nobody@example.invalid'])
        return []
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        log('info', 'start.unreadable', { map, words: error.message })
        return [map]
      }
    }),
  )
  return answers.flat()
}

/**
 * A key whose file is lost cannot be made here: its entry goes, so that the hashes ask the worker for it. Its rows in the
 * tables stay, so that until then the domain's mail waits and is not sent unsigned.
 */
function forgetLostKeys({ store, writers, log }: Agent): void {
  const lost: Operation[] = [...store.each('dkim/keys')]
    .filter(({ key, value }) => !writers.signing.hasKey(key, value))
    .map(({ domain, key, value }) => ({ map: 'dkim/keys', domain, key, before: value, after: null }))
  if (lost.length === 0) return
  store.forget(lost)
  log('error', 'start.keysLost', { domains: lost.map(({ domain }) => domain) })
}

async function reloadPending({ store, reloads, config }: Agent, repaired: ReadonlySet<string>): Promise<void> {
  if (!config.roles.includes('smtp')) return
  if (store.note(reloadNote('postfix')) || repaired.has('smtp/domains') || repaired.has('node/settings'))
    await reloads.request('postfix')
  if (store.note(reloadNote('opendkim-sign')) || repaired.has('dkim')) await reloads.request('opendkim-sign')
}
