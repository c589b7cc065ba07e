import { readFileSync, statSync } from 'node:fs'
import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'

const MOST_BYTES = 1024 * 1024

/**
 * `posthouse reports services [--json]`: the services that senders in reports are told by. With `--import FILE` the
 * installation's own list (JSON, as `--json` prints it) is stored before, with `--reset` taken away. 1: the file is no list.
 */
export async function reportServices(args: string[], io: Io): Promise<number> {
  const options = { json: { type: 'boolean' }, import: { type: 'string' }, reset: { type: 'boolean' } } as const
  const { values } = readArgs(args, options, { least: 0, most: 0 })
  if (values.import !== undefined && values.reset) throw new UsageError('--import and --reset exclude each other')
  const { listServices, serviceListSchema, storeServices } = await import('@/lib/dmarc/sources/service-list')
  const actor = systemActor('command line')
  if (values.reset) await storeServices(actor, [])
  if (values.import !== undefined) {
    const parsed = serviceListSchema.safeParse(readJson(values.import))
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues.slice(0, 10))
        io.err(`${path.map(String).join('.') || 'the list'}: ${WORDS[message] ?? message}\n`)
      return 1
    }
    await storeServices(actor, parsed.data)
  }
  const services = await listServices()
  if (values.json) io.out(`${JSON.stringify(services, null, 2)}\n`)
  else for (const { id, name, domains } of services) io.out(`${id}\t${name}\t${domains.join(' ')}\n`)
  return 0
}

const WORDS: Record<string, string> = {
  'reports.serviceDomain': 'not a domain name (lower case, A-labels)',
  'reports.serviceId': 'an id is 1 to 50 small letters, digits and hyphens',
  'reports.serviceName': 'a name holds no control characters',
  'reports.serviceTwice': 'an id stands there twice',
}

/** Throws a UsageError where there is no such file, it is too large, or it holds no JSON. */
function readJson(path: string): unknown {
  try {
    if (statSync(path).size > MOST_BYTES) throw new UsageError(`${path} is larger than a mebibyte`)
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
