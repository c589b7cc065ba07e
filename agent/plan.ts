import { MAPS, isMapName, refuseEntry, type NodeRole } from '@/lib/agent-protocol/maps'
import { updateHash } from '@/lib/agent-protocol/hash'
import type { MapChange } from '@/lib/agent-protocol/messages'
import { SIGNING_MAPS, isSigningMap, refuseKey, refuseSigning } from './signing'
import type { Operation, Store } from './store'

/** What one domain is to become, or why it cannot. */
export type DomainPlan =
  | { state: 'planned'; domain: string; maps: string[]; operations: Operation[]; keys: Map<string, string> }
  | { state: 'refused' | 'mismatch'; domain: string; maps: string[]; words: string }

type Reader = Pick<Store, 'get' | 'entriesOf' | 'hashOf' | 'otherHolder'>

/**
 * Checks the changes of one domain against the allow-lists and against what the node holds, and works out which lines
 * change. Reads nothing but the store; `mismatch` where the outcome's hash is not the one that was promised.
 */
export function planDomain(
  store: Reader,
  roles: readonly NodeRole[],
  domain: string,
  changes: readonly MapChange[],
  pems: Readonly<Record<string, string>>,
): DomainPlan {
  const maps = changes.map((change) => change.map)
  const refused = (words: string): DomainPlan => ({ state: 'refused', domain, maps, words })
  if (new Set(maps).size < maps.length) return refused('a map is named twice')

  const parts: Operation[][] = []
  const mismatches: string[] = []
  for (const change of changes) {
    const words = refuseChange(roles, change)
    if (words) return refused(words)
    const own = change.mode === 'full' ? fullOperations(store, change) : deltaOperations(store, change)
    if (updateHash(store.hashOf(change.map, domain).hash, own) === change.hash) parts.push(own)
    else if (change.mode === 'full')
      return refused(`${change.map}: the entries do not add up to the hash that came with them`)
    else mismatches.push(change.map)
  }
  if (mismatches.length > 0)
    return { state: 'mismatch', domain, maps: mismatches, words: `other than expected: ${mismatches.join(', ')}` }

  const operations = parts.flat()
  const after = resultReader(store, domain, operations)
  const keys = new Map<string, string>()
  const words = refuseForeign(after, domain, operations) ?? refuseKeys(store, after, domain, operations, pems, keys)
  return words ? refused(words) : { state: 'planned', domain, maps, operations, keys }
}

function refuseChange(roles: readonly NodeRole[], { map, domain, mode, puts, deletes }: MapChange): string | null {
  const keys = new Set<string>()
  for (const [key, value] of puts) {
    const words = refuseEntry(roles, map, domain, key, value)
    if (words) return words
    keys.add(key)
  }
  for (const key of deletes) {
    const words = refuseEntry(roles, map, domain, key, null)
    if (words) return words
    keys.add(key)
  }
  if (puts.length + deletes.length === 0) {
    // Nothing to look at, but the map and the domain still have to be ours.
    if (!isMapName(map)) return `no such map: ${JSON.stringify(map.slice(0, 40))}`
    const rule = MAPS[map]
    if (!rule.roles.some((role) => roles.includes(role)))
      return `${map} does not belong on a node of role ${roles.join(', ')}`
  }
  if (keys.size < puts.length + deletes.length) return `${map}: a key is named twice`
  if (mode === 'full' && deletes.length > 0) return `${map}: the full state names no deletions`
  return null
}

function deltaOperations(store: Reader, { map, domain, puts, deletes }: MapChange): Operation[] {
  const wanted: [key: string, after: string | null][] = [...puts, ...deletes.map((key): [string, null] => [key, null])]
  return wanted
    .map(([key, after]) => ({ map, domain, key, before: store.get(map, domain, key), after }))
    .filter(({ before, after }) => before !== after)
}

function fullOperations(store: Reader, { map, domain, puts }: MapChange): Operation[] {
  const left = store.entriesOf(map, domain)
  const operations: Operation[] = []
  for (const [key, after] of puts) {
    const before = left.get(key) ?? null
    left.delete(key)
    if (before !== after) operations.push({ map, domain, key, before, after })
  }
  for (const [key, before] of left) operations.push({ map, domain, key, before, after: null })
  return operations
}

interface ResultReader {
  get: (map: string, key: string) => string | null
  count: (map: string) => number
  entries: (map: string) => Map<string, string>
}

/** The domain as it will be, at the cost of the change where only single lines are asked for. */
function resultReader(store: Reader, domain: string, operations: readonly Operation[]): ResultReader {
  const changed = new Map(operations.map((one) => [`${one.map} ${one.key}`, one.after]))
  return {
    get: (map, key) => {
      const after = changed.get(`${map} ${key}`)
      return after === undefined ? store.get(map, domain, key) : after
    },
    count: (map) =>
      operations
        .filter((one) => one.map === map)
        .reduce(
          (sum, { before, after }) => sum + (after === null ? 0 : 1) - (before === null ? 0 : 1),
          store.hashOf(map, domain).count,
        ),
    entries: (map) => {
      const entries = store.entriesOf(map, domain)
      for (const one of operations) {
        if (one.map !== map) continue
        if (one.after === null) entries.delete(one.key)
        else entries.set(one.key, one.after)
      }
      return entries
    },
  }
}

/** Maps that Postfix asks about all mail: a line for a domain that is not hosted here would hijack what goes there. */
const FOR_ALL_MAIL = ['smtp/aliases', 'smtp/senders', 'smtp/homes'] as const

function refuseForeign(after: ResultReader, domain: string, operations: readonly Operation[]): string | null {
  const isTouched = operations.some(
    (one) =>
      (one.map === 'smtp/domains' && one.after === null) ||
      (one.after !== null && (FOR_ALL_MAIL as readonly string[]).includes(one.map)),
  )
  if (!isTouched || after.get('smtp/domains', domain) !== null) return null
  for (const map of FOR_ALL_MAIL)
    if (after.count(map) > 0)
      return `${map}: ${domain} is not a domain of this server, its lines would apply to mail elsewhere`
  return null
}

/** Private keys: each belongs to one domain, is what its entry names, and is there before a table names it. */
function refuseKeys(
  store: Reader,
  after: ResultReader,
  domain: string,
  operations: readonly Operation[],
  pems: Readonly<Record<string, string>>,
  keys: Map<string, string>,
): string | null {
  if (!operations.some(({ map }) => isSigningMap(map))) return null
  for (const one of operations) {
    if (one.after === null || (one.map !== 'dkim/keys' && one.map !== 'dkim/keytable')) continue
    const holder = store.otherHolder(one.map, one.key, domain)
    if (holder !== null) return `${one.map}: key ${one.key} belongs to ${holder}`
    if (one.map !== 'dkim/keys') continue
    const pem = Object.hasOwn(pems, one.key) ? pems[one.key] : undefined
    if (pem === undefined) return `dkim/keys: the bytes of key ${one.key} did not come with it`
    const words = refuseKey(one.key, pem, one.after)
    if (words) return words
    keys.set(one.key, pem)
  }
  const [keyMap, keyTable, rsa, ed25519] = SIGNING_MAPS
  return refuseSigning({
    keys: after.entries(keyMap),
    keyTable: after.entries(keyTable),
    signingTables: { rsa: after.entries(rsa), ed25519: after.entries(ed25519) },
  })
}
