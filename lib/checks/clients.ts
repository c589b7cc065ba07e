import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { lookAtZone } from '@/lib/checks/look'
import type { CheckWorld, Fetched } from '@/lib/checks/world'

export const CLIENTS_CHECKS = {
  'clients.srv': { who: 'dns' },
  'clients.autoconfig': { who: 'server' },
  'clients.autodiscover': { who: 'server' },
} as const

/** Where an SRV record leads: priority and weight do not count where there is one target. */
const target = (value: string) => value.split(' ').slice(2).join(' ')

async function checkSrv(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const wanted = Map.groupBy(
    facts.wanted.filter((record) => record.type === 'SRV'),
    (record) => record.name,
  )
  return Promise.all(
    [...wanted].map(async ([name, records]) => {
      const expected = records.map((record) => record.value)
      const subject = name
      const found = await lookAtZone(world, facts.name, name, 'SRV')
      if (found.status === 'unknown') return result('clients.srv', 'unknown', { subject, found: [found.words] })
      if (found.status === 'absent') return result('clients.srv', 'info', { subject, expected })
      const have = found.values.map(target).sort()
      const isSame = have.join() === expected.map(target).sort().join()
      return result('clients.srv', isSame ? 'ok' : 'attention', {
        ...{ subject, found: found.values, expected: isSame ? [] : expected },
      })
    }),
  )
}

/** A document that programs ask for: an answer of the right kind, or what came instead. */
function judge(check: keyof typeof CLIENTS_CHECKS, url: string, fetched: Fetched, isRight: (one: Fetched) => boolean) {
  const subject = new URL(url).hostname
  if (isRight(fetched)) return result(check, 'ok', { subject, values: { url } })
  const found = [fetched.status === 'unreachable' ? fetched.words : `${fetched.code} ${fetched.contentType}`.trim()]
  // People can still type the settings in.
  return result(check, 'info', { subject, found, expected: [url], values: { url } })
}

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const { name: domain, policy, kind } = facts
  if (!policy.clients || policy.isParked || kind !== 'hosted') return fillResults(CLIENTS_CHECKS, [], 'none')
  const autoconfig = `https://autoconfig.${domain}/mail/config-v1.1.xml`
  const autodiscover = `https://autodiscover.${domain}/autodiscover/autodiscover.xml`
  const [srv, config, discover] = await Promise.all([
    checkSrv(world, facts),
    world.fetch(autoconfig),
    world.fetch(autodiscover),
  ])
  return fillResults(
    CLIENTS_CHECKS,
    [
      ...srv,
      judge('clients.autoconfig', autoconfig, config, (one) => {
        return one.status === 'answered' && one.code === 200 && one.text.includes('<clientConfig')
      }),
      // Programs ask by POST; to GET any answer but "not found" shows that somebody listens.
      judge('clients.autodiscover', autodiscover, discover, (one) => {
        return one.status === 'answered' && one.code !== 404 && one.code < 500
      }),
    ],
    'none',
  )
}

/** What mail programs look for: SRV records (RFC 6186, RFC 8314) and the hosts that give them their settings. */
export const clientsFamily: CheckFamily<DomainFacts> = { name: 'clients', checks: Object.keys(CLIENTS_CHECKS), run }
