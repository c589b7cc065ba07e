import { result, type CheckLevel, type CheckResult, type NodeFacts } from '@/lib/checks/check'
import { serviceServer } from '@/lib/checks/service-server'
import type { CheckWorld, SeenTls, SmtpDialogue } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'
import { isGlobalAddress } from '@/lib/settings/addresses'
import { isPrivateName } from '@/lib/settings/server-checks'

const SMTP_PORT = 25

/** What people's programs use, and how TLS begins there. */
const SERVICES = {
  submission: 'starttls',
  smtps: 'at-once',
  imaps: 'at-once',
  pop3s: 'at-once',
  sieve: 'sieve',
} as const
type Service = keyof typeof SERVICES

/** The handshake of a submission server: one that offers none fails. */
function tlsOf(dialogue: SmtpDialogue): SeenTls {
  if (dialogue.status === 'answered') return dialogue.tls ?? { status: 'failed', words: 'no STARTTLS' }
  return { status: 'failed', words: dialogue.words, ...(dialogue.status === 'timeout' && { isTimeout: true }) }
}

async function lookAt(world: CheckWorld, service: Service, server: DnsServer, hostName: string): Promise<SeenTls> {
  const how = SERVICES[service]
  return how === 'starttls' ? tlsOf(await world.smtp(server, hostName)) : world.tls(server, hostName, how)
}

function judgeService(service: Service, seen: SeenTls, hostName: string): CheckResult {
  const say = (level: CheckLevel, state: string, found: string[] = []) =>
    result('host.services', level, { subject: service, found, values: { state, service } })
  if (seen.status === 'failed') return say(seen.isTimeout ? 'attention' : 'broken', 'down', [seen.words])
  const { distrust } = seen.certificate
  // Programs warn of such a certificate; where the name is private nobody can have a better one.
  if (distrust !== null) return say(isPrivateName(hostName) ? 'info' : 'attention', 'distrust', [distrust])
  return say('ok', 'fine')
}

/** Point 28: submission, IMAP, POP3 and ManageSieve answer with TLS where the node offers them. */
export async function checkServices(world: CheckWorld, facts: NodeFacts): Promise<CheckResult[]> {
  const names = (Object.keys(SERVICES) as Service[]).filter((service) => service in facts.services)
  return Promise.all(
    names.map(async (service) => {
      const place = await serviceServer(world, facts, service)
      const seen =
        place && 'server' in place
          ? await lookAt(world, service, place.server, facts.hostName)
          : { status: 'failed' as const, words: place?.words ?? '' }
      return judgeService(service, seen, facts.hostName)
    }),
  )
}

/** An SMTP server where one is expected; from here, which may be behind the same firewall as the node. */
function judgePort25(subject: string, dialogue: SmtpDialogue, isElsewhereUp: boolean): CheckResult {
  const say = (level: CheckLevel, state: string, found: string[]) =>
    result('host.port25-in', level, { subject, found, values: { state } })
  if (dialogue.status === 'answered') return say('ok', 'fine', [])
  if (dialogue.status === 'timeout') return say('attention', 'silent', [dialogue.words])
  if (dialogue.status === 'nonsense') return say('attention', 'strange', [dialogue.words])
  // It runs, and only this way to it is closed: often a router that does not lead its own address back inside.
  return say(isElsewhereUp ? 'attention' : 'broken', isElsewhereUp ? 'closed' : 'down', [dialogue.words])
}

/** Point 19: port 25 answers at every public address of a mail server; where it has none, at the place that we know it by. */
export async function checkPort25(world: CheckWorld, facts: NodeFacts): Promise<CheckResult[]> {
  if (!facts.roles.includes('smtp')) return []
  const { hostName, publicAddresses } = facts
  const place = await serviceServer(world, facts, 'smtp')
  const outside = publicAddresses.filter(isGlobalAddress).map((address) => ({ address, port: SMTP_PORT }))
  const own = place && 'server' in place ? await world.smtp(place.server, hostName) : null
  if (outside.length === 0) return own ? [judgePort25(facts.name, own, false)] : []
  const isElsewhereUp = own?.status === 'answered'
  return Promise.all(
    outside.map(async (server) => judgePort25(server.address, await world.smtp(server, hostName), isElsewhereUp)),
  )
}
