import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountIds } from '@/companion/accounts'
import { runCommand } from '@/companion/command'
import type { DaemonSpec } from '@/companion/daemon'
import { copyProgram, ensureFolder, writeRendered } from '@/companion/files'
import { accepts } from '@/companion/probe-socket'
import { renderDns, renderLabUpdate, renderZones, type LabDns, type LabRecord } from '@/companion/render/dns'
import { readTemplates } from '@/companion/templates'

export const TSIG_NAME = 'posthouse-panel'
export const TSIG_ALGORITHM = 'hmac-sha256'

/** The TSIG secret (base64) of the lab's DNS, made once in `dir`. */
export function labTsigSecret(dir: string): string {
  const file = join(dir, 'tsig-secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/**
 * Prepares the lab's authoritative server and resolver in `dir` and returns them as daemons. Zones are written once;
 * from then on Knot holds them and the panel changes them by RFC 2136.
 */
export function prepareLabDns(dir: string, dns: LabDns): DaemonSpec[] {
  const knot = accountIds('knot')
  for (const folder of ['run', 'log', 'etc']) ensureFolder(join(dir, folder), 0o755)
  for (const folder of ['zones', 'db', 'run/knot']) ensureFolder(join(dir, folder), 0o750, knot.uid, knot.gid)
  const templates = readTemplates()
  writeRendered(dir, renderDns(templates, dns, dir))
  writeRendered(
    dir,
    renderZones(templates, dns).filter(({ path }) => !existsSync(join(dir, path))),
  )
  return [
    {
      name: 'knot',
      command: ['/usr/sbin/knotd', '-c', join(dir, 'etc', 'knot.conf')],
      isUp: () => accepts({ host: dns.authority, port: dns.port }),
      graceMs: 4_000,
    },
    {
      name: 'unbound',
      command: [copyProgram('/usr/sbin/unbound', dir), '-d', '-p', '-c', join(dir, 'etc', 'unbound.conf')],
      prepare: () => writeTrustAnchor(dir),
      isUp: () => accepts({ host: dns.resolver, port: 53 }),
      graceMs: 2_000,
    },
  ]
}

/** The resolver trusts the key that Knot made for the zone at its first start. */
async function writeTrustAnchor(dir: string): Promise<void> {
  const keymgr = () => runCommand('keymgr', ['-c', join(dir, 'etc', 'knot.conf'), 'test.', 'dnskey'])
  const until = Date.now() + 10_000
  let text = await keymgr()
  while (!text.includes('DNSKEY') && Date.now() < until) {
    await sleep(30)
    text = await keymgr()
  }
  if (!text.includes('DNSKEY')) throw new Error('Knot made no key for the zone test.')
  writeRendered(dir, [{ path: 'etc/trust-anchor', text, mode: 0o644 }])
}

/** Brings the names that the lab owns to `records`, through RFC 2136 like everybody else. */
export async function updateLabRecords(dir: string, dns: LabDns, records: readonly LabRecord[]): Promise<void> {
  const input = renderLabUpdate(dns, records)
  await runCommand('nsupdate', ['-k', join(dir, 'etc', 'tsig.key')], { input })
}
