import { result, type CheckLevel, type CheckResult } from '@/lib/checks/check'
import { look, lookUpHost, lookAtZone } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import { askAuthority, type Authority, type ServerAnswer } from '@/lib/dns/authority'
import { isPrivateName } from '@/lib/settings/server-checks'

/** RFC 2182 §5. */
const LEAST_SERVERS = 2

const plain = (name: string) => name.replace(/\.$/, '')

/** A server's records as one sorted list; null where it gave none of its own. */
function valuesOf(answer: DnsAnswer): string[] | null {
  if (answer.status === 'answer') return answer.records.map((record) => record.value).sort()
  return answer.status === 'nodata' || answer.status === 'nxdomain' ? [] : null
}

/** The NS records of the zone, by whichever server has them. */
function namesOf(answers: readonly ServerAnswer[]): string[] {
  const sets = answers.map(({ answer }) => valuesOf(answer) ?? [])
  return [...new Set(sets.flat().map(plain))].sort()
}

interface HostOfZone {
  name: string
  addresses: string[]
  isUnknown: boolean
}

async function hostsOf(world: CheckWorld, names: readonly string[]): Promise<HostOfZone[]> {
  return Promise.all(
    names.map(async (name) => {
      const { addresses, unknown } = await lookUpHost(world, name)
      return { name, addresses: addresses.toSorted(), isUnknown: addresses.length === 0 && unknown.length > 0 }
    }),
  )
}

/** Point 1: at least two, each with an address (RFC 1912 §2.8, RFC 2182 §5). */
function judgeNames(zone: string, hosts: readonly HostOfZone[]): CheckResult {
  const lost = hosts.filter((host) => host.addresses.length === 0 && !host.isUnknown)
  const places = new Set(hosts.flatMap((host) => host.addresses))
  const isFew = !hosts.some((host) => host.isUnknown) && Math.min(hosts.length, places.size) < LEAST_SERVERS
  const state = lost.length > 0 ? 'lost' : isFew ? 'few' : 'fine'
  const isGone = lost.length === hosts.length
  // Nobody outside depends on a zone of a private name.
  const attention = isPrivateName(zone) ? 'info' : 'attention'
  const level = state === 'fine' ? 'ok' : isGone ? 'broken' : attention
  const found = hosts.map(({ name, addresses }) => [name, ...addresses].join(' '))
  return result('zone.nameservers', level, { found, values: { state, names: lost.map(({ name }) => name).join(', ') } })
}

/** Servers that are named for the zone and do not serve it (RFC 1912 §2.8). */
function judgeLame(answers: readonly ServerAnswer[], hidden: readonly string[]): CheckResult {
  const silent: string[] = []
  const lame: string[] = []
  for (const { server, answer } of answers) {
    if (answer.status !== 'temperror') continue
    const isSilent = answer.reason === 'timeout' || answer.reason === 'unreachable'
    const list = isSilent && !hidden.includes(server) ? silent : lame
    list.push(`${server}: ${answer.words}`)
  }
  const level: CheckLevel = lame.length > 0 ? 'attention' : silent.length > 0 ? 'unknown' : 'ok'
  const isWhole = lame.length === answers.length && answers.length > 0
  return result('zone.lame', isWhole ? 'broken' : level, { found: [...lame, ...silent].sort() })
}

/** Servers whose every address is one that nobody outside reaches. */
function hiddenServers(world: CheckWorld, { servers }: Authority): string[] {
  return servers
    .filter(({ addresses }) => addresses.length > 0 && !addresses.some(({ address }) => world.isAllowed(address)))
    .map(({ name }) => name)
}

/** Whether all servers that answer say the same. */
function judgeSame(
  check: string,
  sets: readonly { server: string; words: string }[],
  values: Record<string, string> = {},
): CheckResult {
  if (sets.length === 0) return result(check, 'unknown', { values })
  if (new Set(sets.map(({ words }) => words)).size === 1) return result(check, 'ok', { values })
  return result(check, 'attention', { found: sets.map(({ server, words }) => `${server}: ${words}`).sort(), values })
}

function saidBy(answers: readonly ServerAnswer[], text: (values: string[]) => string) {
  return answers.flatMap(({ server, answer }) => {
    const values = valuesOf(answer)
    return values ? [{ server, words: text(values) }] : []
  })
}

/** Point 6: two name servers and one mail server by IPv6; info, for mail arrives without. */
async function checkIpv6(world: CheckWorld, domain: string, hosts: readonly HostOfZone[]): Promise<CheckResult> {
  const mx = await lookAtZone(world, domain, domain, 'MX')
  const mailHosts = (mx.status === 'found' ? mx.values : []).map((value) => plain(value.split(' ')[1] ?? ''))
  const six = await Promise.all(mailHosts.filter((host) => host !== '').map((host) => look(world, host, 'AAAA')))
  const servers = hosts.filter((host) => host.addresses.some((address) => address.includes(':'))).length
  const mail = six.filter((one) => one.status === 'found').length
  const isUnknown = six.some((one) => one.status === 'unknown') || hosts.some((host) => host.isUnknown)
  const isFine = servers >= LEAST_SERVERS && (mail > 0 || six.length === 0)
  return result('zone.ipv6', isFine ? 'ok' : isUnknown ? 'unknown' : 'info', { values: { servers, mail } })
}

/** All that the zone's servers say of themselves, each asked once. */
export async function checkServers(world: CheckWorld, domain: string, authority: Authority): Promise<CheckResult[]> {
  const ask = (name: string, type: QueryType) => askAuthority(world.dns, authority, name, type)
  const [ns, soa, mx] = await Promise.all([ask(authority.zone, 'NS'), ask(authority.zone, 'SOA'), ask(domain, 'MX')])
  const names = namesOf(ns)
  const hosts = await hostsOf(world, names)
  const list = (values: string[]) => values.join(', ') || '-'
  const answers = [judgeSame('zone.answers', saidBy(ns, list)), judgeSame('zone.answers', saidBy(mx, list))]
  return [
    names.length > 0
      ? judgeNames(authority.zone, hosts)
      : result('zone.nameservers', 'unknown', { values: { state: 'silent', names: '' } }),
    judgeLame(ns, hiddenServers(world, authority)),
    answers.find((one) => one.level === 'attention') ?? answers[0] ?? result('zone.answers', 'unknown'),
    judgeSame(
      'zone.serials',
      saidBy(soa, (values) => values[0]?.split(' ')[2] ?? ''),
    ),
    await checkIpv6(world, domain, hosts),
  ]
}
