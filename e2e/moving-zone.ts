import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startPowerdns, type TestPowerdns } from '@/lib/dns/testing/powerdns'

export const MOVING = 'moving.test'
/** Seconds for which caches keep an absence in this zone: the last number of its SOA record. */
const NEGATIVE_TTL = 2

/** What other services have in the zone before Posthouse comes; `old.test` is the mail server to move from. */
const FOREIGN = [
  { name: MOVING, type: 'A', contents: ['192.0.2.80'] },
  { name: MOVING, type: 'MX', contents: ['10 mx.old.test.'] },
  { name: MOVING, type: 'TXT', contents: ['"v=spf1 include:_spf.news.test ~all"', '"shop-verification=4711"'] },
  { name: `www.${MOVING}`, type: 'CNAME', contents: [`${MOVING}.`] },
  { name: `k1._domainkey.${MOVING}`, type: 'CNAME', contents: ['k1.news.test.'] },
]

/** A zone of somebody else's on two real name servers of PowerDNS, delegated to them by the lab's `test`. */
export interface MovingZone {
  primary: TestPowerdns
  /** All that stands in the zone, as `name type content`; without what its servers need themselves. */
  records: () => Promise<string[]>
  /** Lets the second server follow (AXFR): until then it shows what stood there before. */
  follow: () => Promise<void>
  stop: () => Promise<void>
}

interface Lab {
  server: string
  port: number
  keyFile: string
}

function lab(): Lab {
  const state = process.env.POSTHOUSE_DATA ?? ''
  const report = JSON.parse(readFileSync(join(state, 'run', 'companion.json'), 'utf8')) as { lab: { dns: Lab } }
  return { ...report.lab.dns, keyFile: join(state, 'lab', 'dns', 'etc', 'tsig.key') }
}

/** Addresses of the zone's two servers, beside the lab's own. */
function serverAddresses(): [string, string] {
  const net = lab().server.split('.').slice(0, 3).join('.')
  return [`${net}.61`, `${net}.62`]
}

/** Why the zone cannot be had here, in words; null where it can. */
export async function movingZoneTrouble(): Promise<string | null> {
  if (!existsSync('/usr/sbin/pdns_server')) return 'the Debian package pdns-server is missing'
  for (const address of serverAddresses()) {
    const socket = createSocket('udp4')
    const trouble = await new Promise<string | null>((resolve) => {
      socket.once('error', ({ message }) => resolve(message))
      socket.bind(53, address, () => resolve(null))
    })
    socket.close()
    if (trouble !== null) return `resolvers ask at port 53, and it is not to be had: ${trouble}`
  }
  return null
}

/** The lab's `test` zone is changed as everybody changes it (RFC 2136). */
async function updateLab(commands: readonly string[]): Promise<void> {
  const { server, port, keyFile } = lab()
  const running = promisify(execFile)('nsupdate', ['-k', keyFile], { timeout: 10_000 })
  running.child.stdin?.end([`server ${server} ${port}`, 'zone test.', ...commands, 'send', ''].join('\n'))
  await running
}

const DELEGATION = [`${MOVING}. NS`, `ns.${MOVING}. A`, `ns2.${MOVING}. A`, '_spf.news.test. TXT']
const undelegate = () => updateLab(DELEGATION.map((set) => `update delete ${set}`))

async function delegate([first, second]: [string, string]): Promise<void> {
  await undelegate()
  await updateLab([
    `update add ${MOVING}. 5 NS ns.${MOVING}.`,
    `update add ${MOVING}. 5 NS ns2.${MOVING}.`,
    `update add ns.${MOVING}. 5 A ${first}`,
    `update add ns2.${MOVING}. 5 A ${second}`,
    // Else the third party's include would make all of SPF a permanent error.
    'update add _spf.news.test. 5 TXT "v=spf1 ip4:192.0.2.25 -all"',
  ])
}

interface ApiZone {
  serial: number
  rrsets: { name: string; type: string; records: { content: string }[] }[]
}

const ZONE = `/zones/${MOVING}.`
const zoneAt = async (server: TestPowerdns) => (await server.api('GET', ZONE)) as ApiZone

async function startPrimary([address, second]: [string, string]): Promise<TestPowerdns> {
  const settings = { 'default-soa-content': `ns.@ hostmaster.@ 0 3600 600 86400 ${NEGATIVE_TTL}` }
  const rrsets = FOREIGN.map((set) => ({ ...set, ttl: 5 }))
  const primary = await startPowerdns({ [MOVING]: { rrsets } }, { address, port: 53, settings })
  const set = (name: string, type: string, contents: string[]) => ({
    ...{ name, type, ttl: 5, changetype: 'REPLACE' },
    records: contents.map((content) => ({ content, disabled: false })),
  })
  const rrsetsOfServers = [
    set(`${MOVING}.`, 'NS', [`ns.${MOVING}.`, `ns2.${MOVING}.`]),
    set(`ns2.${MOVING}.`, 'A', [second]),
  ]
  await primary.api('PATCH', ZONE, { rrsets: rrsetsOfServers })
  return primary
}

/** A secondary that nobody tells of changes, and that would look by itself in an hour. */
async function startSecondary(address: string, primary: TestPowerdns): Promise<TestPowerdns> {
  const settings = { secondary: 'yes', 'xfr-cycle-interval': 3600 }
  const secondary = await startPowerdns({}, { address, port: 53, settings })
  await secondary.api('POST', '/zones', { name: `${MOVING}.`, kind: 'Slave', masters: [primary.address] })
  return secondary
}

async function untilSame(primary: TestPowerdns, secondary: TestPowerdns): Promise<void> {
  const { serial } = await zoneAt(primary)
  await secondary.api('PUT', `${ZONE}/axfr-retrieve`)
  for (let tries = 0; tries < 100; tries++) {
    if ((await zoneAt(secondary)).serial === serial) return
    await sleep(100)
  }
  throw new Error(`The second server of ${MOVING} did not follow to serial ${serial}.`)
}

/** Starts both servers on port 53, where resolvers ask, and has the lab pass questions on to them. */
export async function startMovingZone(): Promise<MovingZone> {
  const addresses = serverAddresses()
  const primary = await startPrimary(addresses)
  const secondary = await startSecondary(addresses[1], primary)
  const stop = async () => {
    await Promise.all([primary.stop(), secondary.stop()])
  }
  try {
    await untilSame(primary, secondary)
    await delegate(addresses)
  } catch (error) {
    await stop()
    throw error
  }
  const isOfServers = ({ name, type }: { name: string; type: string }) =>
    ['SOA', 'NS'].includes(type) || /^ns2?\./.test(name)
  return {
    primary,
    records: async () => {
      const { rrsets } = await zoneAt(primary)
      const kept = rrsets.filter((set) => !isOfServers(set))
      return kept
        .flatMap(({ name, type, records }) => records.map(({ content }) => `${name} ${type} ${content}`))
        .sort()
    },
    follow: () => untilSame(primary, secondary),
    stop: () => undelegate().finally(stop),
  }
}
