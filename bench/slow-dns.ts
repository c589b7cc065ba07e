import { createSocket } from 'node:dgram'
import { parentPort, workerData } from 'node:worker_threads'
import packets, { type Answer } from 'dns-packet'

// A DNS server in a thread of its own that answers every question about names below `bench.test` after `delayMs`, as the
// zones of ordinary domains do; its port goes to the parent.
const { address, delayMs } = workerData as { address: string; delayMs: number }
const ZONE = /(?:^|\.)(d\d+\.bench\.test)$/
const TTL = 3600
const spf = 'v=spf1 ip4:192.0.2.1 include:_spf.bench.test ~all'

function zoneOf(name: string): string {
  return ZONE.exec(name)?.[1] ?? 'bench.test'
}

function answersTo(name: string, type: string): Answer[] {
  const zone = zoneOf(name)
  const base = { name, ttl: TTL, class: 'IN' as const }
  const txt = (text: string): Answer[] => [{ ...base, type: 'TXT', data: text }]
  if (type === 'SOA' && name === zone) return [soa(zone)]
  if (type === 'NS' && name === zone)
    return ['ns1', 'ns2'].map((host) => ({ ...base, type: 'NS', data: `${host}.bench.test` }))
  if (type === 'MX' && name === zone)
    return [{ ...base, type: 'MX', data: { preference: 10, exchange: 'mx1.bench.test' } }]
  if (type === 'A' && /^(?:mx1|ns1|ns2)\./.test(name)) return [{ ...base, type: 'A', data: '192.0.2.1' }]
  if (type === 'TXT' && name === zone) return txt(spf)
  if (type === 'TXT' && name === '_spf.bench.test') return txt('v=spf1 ip4:198.51.100.0/24 -all')
  if (type === 'TXT' && name.startsWith('_dmarc.') && name === `_dmarc.${zone}`)
    return txt(`v=DMARC1; p=none; rua=mailto:postmaster@${zone}`)
  if (type === 'TXT' && name.includes('._domainkey.')) return txt('v=DKIM1; k=rsa; p=AAAA')
  return []
}

function soa(zone: string): Answer {
  const data = {
    mname: 'ns1.bench.test',
    rname: 'hostmaster.bench.test',
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: 300,
  }
  return { name: zone, type: 'SOA', ttl: TTL, class: 'IN', data }
}

const socket = createSocket('udp4')
socket.on('message', (message, from) => {
  const query = packets.decode(message)
  const [question] = query.questions ?? []
  if (!question) return
  const name = question.name.toLowerCase()
  const answers = answersTo(name, question.type)
  const reply = packets.encode({
    type: 'response',
    id: query.id,
    flags: packets.AUTHORITATIVE_ANSWER | packets.RECURSION_AVAILABLE | packets.RECURSION_DESIRED,
    questions: [question],
    answers,
    authorities: answers.length === 0 ? [soa(zoneOf(name))] : [],
  })
  setTimeout(() => socket.send(reply, from.port, from.address), delayMs)
})
socket.bind(0, address, () => parentPort?.postMessage(socket.address().port))
