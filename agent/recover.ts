import { reloadNote, type Agent } from './agent'
import { carryOut, mapFile, readBack, undo } from './apply'
import { POSTFIX_MAPS } from './postmaps'
import type { Operation } from './store'
import { USER_MAPS } from './users-file'

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
  // A missing map cannot be changed key by key: compare before the intent as well as after it.
  const repaired = new Set<string>()
  if (config.roles.includes('smtp')) for (const map of POSTFIX_MAPS) if (await isMissing(agent, map)) repaired.add(map)
  for (const map of repaired) await writers.postmaps.replace(mapFile(paths, map), store.eachAt(map, -1))

  await finishIntent(agent)

  if (config.roles.includes('smtp')) {
    for (const map of POSTFIX_MAPS) {
      const held = await writers.postmaps.contents(mapFile(paths, map))
      if (held?.hash === store.totalOf(map).hash) continue
      await writers.postmaps.replace(mapFile(paths, map), store.eachAt(map, -1))
      repaired.add(map)
    }
    forgetLostKeys(agent)
    if (writers.signing.repair(store)) repaired.add('dkim')
    writers.signing.sweep(store)
    for (const { value } of store.each('node/settings'))
      if (await writers.settings.apply(value)) repaired.add('node/settings')
  }
  for (const map of USER_MAPS) if (writers.users.repair(map, () => store.each(map))) repaired.add(map)

  if (repaired.size > 0) log('info', 'start.repaired', { maps: [...repaired] })
  await reloadPending(agent, repaired)
  return [...repaired]
}

async function isMissing({ writers, paths }: Agent, map: string): Promise<boolean> {
  return (await writers.postmaps.contents(mapFile(paths, map))) === null
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
