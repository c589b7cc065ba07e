import { readdirSync, readFileSync } from 'node:fs'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import * as alertQueries from '@/lib/alerts/queries'
import * as alerts from '@/lib/alerts/service'
import * as aliasQueries from '@/lib/aliases/queries'
import * as aliases from '@/lib/aliases/service'
import * as audit from '@/lib/audit/queries'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { roleMay, type Permission } from '@/lib/auth/permissions'
import * as authQueries from '@/lib/auth/queries'
import * as auth from '@/lib/auth/service'
import * as checkQueries from '@/lib/checks/queries'
import * as checkRequests from '@/lib/checks/requests'
import * as checks from '@/lib/checks/service'
import { db } from '@/lib/db/client'
import { emptyTables } from '@/lib/db/testing'
import * as testQueries from '@/lib/deliverability/queries'
import * as tests from '@/lib/deliverability/service'
import * as dkimQueries from '@/lib/dkim/queries'
import * as dkim from '@/lib/dkim/service'
import * as allDomains from '@/lib/dmarc/all-domains/overview'
import * as reportExports from '@/lib/dmarc/export/queries'
import * as reportOverview from '@/lib/dmarc/overview'
import * as reportQueries from '@/lib/dmarc/queries'
import * as reports from '@/lib/dmarc/service'
import * as sources from '@/lib/dmarc/sources/queries'
import * as sourceNames from '@/lib/dmarc/sources/service'
import { parseDnsPolicy } from '@/lib/dns/policy'
import * as dnsQueries from '@/lib/dns/queries'
import * as dnsRequests from '@/lib/dns/requests'
import * as dns from '@/lib/dns/service'
import type { DomainName } from '@/lib/domains/name'
import * as domainQueries from '@/lib/domains/queries'
import * as domains from '@/lib/domains/service'
import * as live from '@/lib/live/queries'
import * as mailboxQueries from '@/lib/mailboxes/queries'
import * as mailboxes from '@/lib/mailboxes/service'
import * as nodeQueries from '@/lib/nodes/queries'
import * as nodes from '@/lib/nodes/service'
import * as onboardingQueries from '@/lib/onboarding/queries'
import * as onboarding from '@/lib/onboarding/service'
import * as releases from '@/lib/releases/queries'
import * as retentionQueries from '@/lib/retention/queries'
import * as retention from '@/lib/retention/service'
import { DEFAULT_RETENTION } from '@/lib/retention/schema'
import * as reportMailboxQueries from '@/lib/report-mailboxes/queries'
import * as reportMailboxes from '@/lib/report-mailboxes/service'
import * as settingQueries from '@/lib/settings/queries'
import * as settingRequests from '@/lib/settings/requests'
import * as settings from '@/lib/settings/service'
import * as tlsReports from '@/lib/tlsrpt/queries'

/**
 * Every service and query of the source that takes an actor, tried as every role and as the administrator of another
 * domain: without the permission it is FORBIDDEN, another tenant's is NOT_FOUND (or not listed). A new one that is missing
 * here fails the first test.
 */

const ROLES = ['owner', 'operator', 'domain_admin', 'reader'] as const
const name = 'tenant-b.test' as DomainName
const localPart = 'anna'
const domain = name
const id = randomUUID()
/** Something wrong with the domain. */
const finding = randomUUID()

/** `tenant`: what the administrator of another domain gets with the permission. */
type Tenant = 'NOT_FOUND' | 'nothing' | 'not about a domain'

type Case = [call: (actor: Actor) => unknown, permission: Permission, tenant: Tenant]

const mailbox = { domain, localPart, revision: 1, name: '', quotaMebibytes: 1 }
const services = { isImapEnabled: true, isPop3Enabled: true, isSubmissionEnabled: true, isSieveEnabled: true }
const more = { isSendOnly: false, isDisabled: false, forwardTargets: [], forwardKeepsCopy: true }
const alias = { domain, localPart: 'sales', targets: ['x@y.test'], note: '', allowsSending: false }
const probe = {
  imapHost: 'x',
  imapPort: 1,
  submissionHost: 'x',
  submissionPort: 1,
  user: 'u',
  name: 'p',
  isStandIn: false,
}
const provider = { name: 'p', kind: 'rfc2136' as const, server: '127.0.0.1', port: 53, zone: null, keyName: 'k' }
const tsig = { algorithm: 'hmac-sha256' as const, secret: 'c2VjcmV0', ttlSeconds: 60, authoritative: [] }
const own = { domain, name: 'x', type: 'A' as const, value: '192.0.2.1', ttlSeconds: 60, note: '' }
const update = { name, revision: 1, description: '', catchAllTarget: null, postmasterTarget: null, suspendMode: null }

const keySettings = { signsEd25519: false, keepsSpareKey: false, keyRotationDays: 180, isDelegated: false }
const signingKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const folders = { folder: 'INBOX', doneFolder: 'Done' }
const imap = {
  ...{ kind: 'elsewhere' as const, host: 'imap.example', port: 993, security: 'tls' as const },
  ...{ username: 'u', password: 'p' },
}

const CASES: Record<string, Case> = {
  createDomain: [
    (actor) => domains.createDomain(actor, { name: 'new.test' as DomainName, description: '' }),
    'domain:create',
    'not about a domain',
  ],
  updateDomain: [
    (actor) => domains.updateDomain(actor, { ...update, defaultQuotaMebibytes: 1 }),
    'domain:update',
    'NOT_FOUND',
  ],
  removeDomain: [(actor) => domains.removeDomain(actor, { name, confirmation: name }), 'domain:remove', 'NOT_FOUND'],
  createDomainAlias: [
    (actor) => domains.createDomainAlias(actor, { name, alias: 'other.test' as DomainName }),
    'domain:create',
    'NOT_FOUND',
  ],
  createMailbox: [
    (actor) => mailboxes.createMailbox(actor, { ...mailbox, localPart: 'new', password: 'long enough one' }),
    'mailbox:write',
    'NOT_FOUND',
  ],
  updateMailbox: [
    (actor) => mailboxes.updateMailbox(actor, { ...mailbox, ...services, ...more }),
    'mailbox:write',
    'NOT_FOUND',
  ],
  setMailboxPassword: [
    (actor) => mailboxes.setMailboxPassword(actor, { domain, localPart, password: 'long enough one' }),
    'mailbox:write',
    'NOT_FOUND',
  ],
  removeMailbox: [
    (actor) => mailboxes.removeMailbox(actor, { domain, localPart, confirmation: `${localPart}@${domain}` }),
    'mailbox:write',
    'NOT_FOUND',
  ],
  createAlias: [(actor) => aliases.createAlias(actor, { ...alias, localPart: 'new' }), 'alias:write', 'NOT_FOUND'],
  updateAlias: [
    (actor) => aliases.updateAlias(actor, { ...alias, revision: 1, isDisabled: false }),
    'alias:write',
    'NOT_FOUND',
  ],
  removeAlias: [(actor) => aliases.removeAlias(actor, { domain, localPart: 'sales' }), 'alias:write', 'NOT_FOUND'],
  addOwnRecord: [(actor) => dns.addOwnRecord(actor, own), 'dns:write', 'NOT_FOUND'],
  removeOwnRecord: [(actor) => dns.removeOwnRecord(actor, { domain, id }), 'dns:write', 'NOT_FOUND'],
  updateDnsPolicy: [
    (actor) => dns.updateDnsPolicy(actor, { domain, revision: 1, confirmation: '', policy: parseDnsPolicy({}) }),
    'dns:write',
    'NOT_FOUND',
  ],
  changeDmarcPolicy: [
    (actor) =>
      dns.changeDmarcPolicy(actor, { domain, revision: 1, p: 'reject', sp: null, np: null, adkim: 'r', aspf: 'r' }),
    'dns:write',
    'NOT_FOUND',
  ],
  addProvider: [(actor) => dns.addProvider(actor, { ...provider, ...tsig }), 'provider:write', 'not about a domain'],
  removeProvider: [(actor) => dns.removeProvider(actor, { name: 'p' }), 'provider:write', 'not about a domain'],
  setDomainProvider: [(actor) => dns.setDomainProvider(actor, { domain, provider: null }), 'dns:write', 'NOT_FOUND'],
  syncAllDomainRecords: [(actor) => dns.syncAllDomainRecords(actor), 'node:write', 'not about a domain'],
  requestDnsCheck: [(actor) => dnsRequests.requestDnsCheck(actor, { domain }), 'dns:write', 'NOT_FOUND'],
  requestDnsPlan: [(actor) => dnsRequests.requestDnsPlan(actor, { domain }), 'dns:publish', 'NOT_FOUND'],
  confirmDnsPlan: [(actor) => dnsRequests.confirmDnsPlan(actor, { domain, plan: id }), 'dns:publish', 'NOT_FOUND'],
  requestProviderTry: [
    (actor) => dnsRequests.requestProviderTry(actor, { provider: 'p', domain }),
    'provider:write',
    'not about a domain',
  ],
  leadMailHere: [(actor) => onboarding.leadMailHere(actor, { domain }), 'dns:publish', 'NOT_FOUND'],
  placeMail: [(actor) => onboarding.placeMail(actor, { domain, mx: 'later' }), 'dns:write', 'NOT_FOUND'],
  finishOnboarding: [(actor) => onboarding.finishOnboarding(actor, { domain }), 'domain:update', 'NOT_FOUND'],
  rotateKey: [(actor) => dkim.rotateKey(actor, domain), 'dkim:write', 'NOT_FOUND'],
  switchToSpare: [
    (actor) => dkim.switchToSpare(actor, { domain: name, isCompromised: false }),
    'dkim:write',
    'NOT_FOUND',
  ],
  dropKey: [(actor) => dkim.dropKey(actor, { domain: name, key: id }), 'dkim:write', 'NOT_FOUND'],
  importKey: [
    (actor) => dkim.importKey(actor, { domain: name, selector: 's', secretKey: signingKey }),
    'dkim:write',
    'NOT_FOUND',
  ],
  updateKeySettings: [
    (actor) => dkim.updateKeySettings(actor, { domain: name, ...keySettings }),
    'dkim:write',
    'NOT_FOUND',
  ],
  setKeyDelegation: [
    (actor) => dkim.setKeyDelegation(actor, { zone: null, provider: '' }),
    'provider:write',
    'not about a domain',
  ],
  requestTest: [
    (actor) => tests.requestTest(actor, { domain, probe: 'probe', localPart: '' }),
    'test:run',
    'NOT_FOUND',
  ],
  addProbe: [
    (actor) => tests.addProbe(actor, { ...probe, grade: 'outside', address: 'a@b.test', password: 'p' }),
    'probe:write',
    'not about a domain',
  ],
  removeProbe: [(actor) => tests.removeProbe(actor, { name: 'p' }), 'probe:write', 'not about a domain'],
  addNode: [(actor) => nodes.addNode(actor, 'no code'), 'node:write', 'not about a domain'],
  getTlsSums: [(actor) => tlsReports.getTlsSums(actor, domain), 'report:read', 'NOT_FOUND'],
  listFailureReports: [(actor) => reportQueries.listFailureReports(actor, domain), 'report:read', 'NOT_FOUND'],
  getWhatIf: [
    (actor) => sources.getWhatIf(actor, domain, { p: 'reject', sp: null, np: null, adkim: 'r', aspf: 'r' }),
    'report:read',
    'NOT_FOUND',
  ],
  listSources: [(actor) => sources.listSources(actor, domain), 'report:read', 'NOT_FOUND'],
  getSourceList: [(actor) => sources.getSourceList(actor, domain), 'report:read', 'NOT_FOUND'],
  getSource: [(actor) => sources.getSource(actor, domain, 'own:mx1'), 'report:read', 'NOT_FOUND'],
  exportSources: [(actor) => reportExports.exportSources(actor, domain, {}, 'csv'), 'report:read', 'NOT_FOUND'],
  exportRows: [(actor) => reportExports.exportRows(actor, domain, {}, 'csv'), 'report:read', 'NOT_FOUND'],
  listSourceNames: [(actor) => sources.listSourceNames(actor, domain), 'report:read', 'NOT_FOUND'],
  nameSource: [
    (actor) => sourceNames.nameSource(actor, { domain, match: '192.0.2.1', name: 'n', isOurs: true }),
    'report:write',
    'NOT_FOUND',
  ],
  removeSourceName: [(actor) => sourceNames.removeSourceName(actor, { domain, id }), 'report:write', 'NOT_FOUND'],
  addOwnReportMailbox: [
    (actor) =>
      reportMailboxes.addOwnReportMailbox(actor, { kind: 'own', address: `${localPart}@${domain}`, ...folders }),
    'setting:write',
    'not about a domain',
  ],
  addReportMailboxElsewhere: [
    (actor) => reportMailboxes.addReportMailboxElsewhere(actor, { ...imap, ...folders }),
    'setting:write',
    'not about a domain',
  ],
  removeReportMailbox: [
    (actor) => reportMailboxes.removeReportMailbox(actor, { id }),
    'setting:write',
    'not about a domain',
  ],
  tryReportMailbox: [(actor) => reportMailboxes.tryReportMailbox(actor, { id }), 'setting:write', 'not about a domain'],
  listReportMailboxes: [
    (actor) => reportMailboxQueries.listReportMailboxes(actor),
    'setting:read',
    'not about a domain',
  ],
  listOwnImapMailboxes: [
    (actor) => reportMailboxQueries.listOwnImapMailboxes(actor),
    'setting:write',
    'not about a domain',
  ],
  retryReportFile: [(actor) => reports.retryReportFile(actor, { id }), 'report:write', 'NOT_FOUND'],
  listRetriable: [(actor) => reports.listRetriable(actor), 'report:write', 'nothing'],
  importReport: [
    (actor) => reports.importReport(actor, { name: 'r.xml', content: Buffer.from('x') }),
    'report:write',
    'not about a domain',
  ],
  updateServerSettings: [
    (actor) =>
      settings.updateServerSettings(actor, {
        hostName: 'mx.a.test' as DomainName,
        publicAddresses: ['192.0.2.1'],
        postmasterAddress: 'a@b.test',
      }),
    'setting:write',
    'not about a domain',
  ],
  updateRetention: [
    (actor) => retention.updateRetention(actor, DEFAULT_RETENTION),
    'setting:write',
    'not about a domain',
  ],
  getRetention: [(actor) => retentionQueries.getRetention(actor), 'setting:read', 'not about a domain'],
  requestServerChecks: [(actor) => settingRequests.requestServerChecks(actor), 'setting:write', 'not about a domain'],
  runServerChecks: [
    (actor) =>
      settings.runServerChecks(actor, {
        dns: { ask: () => Promise.reject(new Error('not asked')), resolvers: [] },
        dial: null,
      }),
    'setting:write',
    'not about a domain',
  ],
  signOut: [(actor) => auth.signOut(actor), 'session:write', 'not about a domain'],
  addMailTarget: [
    (actor) => alerts.addMailTarget(actor, { destination: 'o@x.test', sender: '', language: 'en' }),
    'alert:write',
    'not about a domain',
  ],
  addWebhookTarget: [
    (actor) =>
      alerts.addWebhookTarget(actor, {
        destination: `https://x.test/${randomUUID()}`,
        isPrivate: false,
        language: 'en',
      }),
    'alert:write',
    'not about a domain',
  ],
  removeAlertTarget: [(actor) => alerts.removeAlertTarget(actor, { id }), 'alert:write', 'not about a domain'],
  testAlertTarget: [(actor) => alerts.testAlertTarget(actor, { id }), 'alert:write', 'not about a domain'],
  updateAlertDigest: [
    (actor) => alerts.updateAlertDigest(actor, { id, wantsDigest: false }),
    'alert:write',
    'not about a domain',
  ],
  sendDigestNow: [(actor) => alerts.sendDigestNow(actor, { id }), 'alert:write', 'not about a domain'],
  listAlertTargets: [(actor) => alertQueries.listAlertTargets(actor), 'alert:write', 'not about a domain'],
  acknowledgeFinding: [
    (actor) => checks.acknowledgeFinding(actor, { id: finding, as: 'accepted', reason: 'r', days: 7 }),
    'check:write',
    'NOT_FOUND',
  ],
  reopenFinding: [(actor) => checks.reopenFinding(actor, { id: finding }), 'check:write', 'NOT_FOUND'],
  updateCheckSettings: [
    (actor) => checks.updateCheckSettings(actor, { resolvers: [], dnsbls: [] }),
    'setting:write',
    'not about a domain',
  ],
  requestFindingCheck: [
    (actor) => checkRequests.requestFindingCheck(actor, { id: finding }),
    'check:write',
    'NOT_FOUND',
  ],
  requestDomainChecks: [(actor) => checkRequests.requestDomainChecks(actor, { domain }), 'check:write', 'NOT_FOUND'],
  requestNodeChecks: [
    (actor) => checkRequests.requestNodeChecks(actor, { node: 'none' }),
    'node:check',
    'not about a domain',
  ],
  listDomainFindings: [(actor) => checkQueries.listDomainFindings(actor, domain), 'check:read', 'NOT_FOUND'],
  listNodeFindings: [(actor) => checkQueries.listNodeFindings(actor), 'node:read', 'not about a domain'],
  listFindingGroups: [(actor) => checkQueries.listFindingGroups(actor), 'check:read', 'nothing'],
  listFindings: [
    async (actor) => (await checkQueries.listFindings(actor, { check: 'mx.missing' })).findings,
    'check:read',
    'nothing',
  ],
  getCheckSettings: [(actor) => checkQueries.getCheckSettings(actor), 'setting:read', 'not about a domain'],
  revokeSession: [(actor) => auth.revokeSession(actor, { session: id }), 'session:write', 'NOT_FOUND'],
  signOutEverywhere: [(actor) => auth.signOutEverywhere(actor), 'session:write', 'not about a domain'],
  changePassword: [
    (actor) =>
      auth.changePassword(actor, {
        currentPassword: 'x',
        password: 'long enough one',
        passwordAgain: 'long enough one',
      }),
    'session:write',
    'not about a domain',
  ],
  listDomains: [async (actor) => (await domainQueries.listDomains(actor)).domains, 'domain:read', 'nothing'],
  getOnboarding: [(actor) => onboardingQueries.getOnboarding(actor, name), 'domain:read', 'NOT_FOUND'],
  requireDomain: [(actor) => domainQueries.requireDomain(actor, name), 'domain:read', 'NOT_FOUND'],
  countDirectory: [
    async (actor) => Array.from({ length: (await domainQueries.countDirectory(actor)).domains }),
    'domain:read',
    'nothing',
  ],
  listMailboxes: [async (actor) => (await mailboxQueries.listMailboxes(actor)).mailboxes, 'mailbox:read', 'nothing'],
  requireMailbox: [(actor) => mailboxQueries.requireMailbox(actor, domain, localPart), 'mailbox:read', 'NOT_FOUND'],
  listAliases: [async (actor) => (await aliasQueries.listAliases(actor)).aliases, 'alias:read', 'nothing'],
  requireAlias: [(actor) => aliasQueries.requireAlias(actor, domain, 'sales'), 'alias:read', 'NOT_FOUND'],
  listDnsRecords: [(actor) => dnsQueries.listDnsRecords(actor, domain), 'dns:read', 'NOT_FOUND'],
  zoneText: [(actor) => dnsQueries.zoneText(actor, domain), 'dns:read', 'NOT_FOUND'],
  listMailHosts: [(actor) => dnsQueries.listMailHosts(actor), 'dns:read', 'not about a domain'],
  requireDnsPlan: [(actor) => dnsQueries.requireDnsPlan(actor, domain, id), 'dns:read', 'NOT_FOUND'],
  listProviders: [(actor) => dnsQueries.listProviders(actor), 'dns:read', 'not about a domain'],
  getKeySettings: [(actor) => dkimQueries.getKeySettings(actor, domain), 'dkim:read', 'NOT_FOUND'],
  getKeyDelegation: [(actor) => dkimQueries.getKeyDelegation(actor), 'setting:read', 'not about a domain'],
  listDkimKeys: [(actor) => dkimQueries.listDkimKeys(actor, domain), 'dkim:read', 'NOT_FOUND'],
  listTests: [(actor) => testQueries.listTests(actor), 'test:read', 'nothing'],
  requireTest: [(actor) => testQueries.requireTest(actor, id), 'test:read', 'NOT_FOUND'],
  listProbes: [(actor) => testQueries.listProbes(actor), 'test:read', 'not about a domain'],
  latestProof: [async (actor) => ((await testQueries.latestProof(actor, domain)) ? [1] : []), 'test:read', 'nothing'],
  getAllDomains: [async (actor) => (await allDomains.getAllDomains(actor)).domains, 'report:read', 'nothing'],
  listReportFiles: [async (actor) => (await reportQueries.listReportFiles(actor)).files, 'report:read', 'nothing'],
  requireReport: [(actor) => reportQueries.requireReport(actor, id), 'report:read', 'NOT_FOUND'],
  requireReportOriginal: [(actor) => reportQueries.requireReportOriginal(actor, id), 'report:read', 'NOT_FOUND'],
  getReportOverview: [
    (actor) => reportOverview.getReportOverview(actor, domain, { days: 30 }),
    'report:read',
    'NOT_FOUND',
  ],
  listReleases: [async (actor) => (await releases.listReleases(actor)).releases, 'release:read', 'nothing'],
  getDelivery: [async (actor) => ((await releases.getDelivery(actor, 1n)) ? [1] : []), 'release:read', 'nothing'],
  listRefusals: [(actor) => releases.listRefusals(actor, domain), 'release:read', 'nothing'],
  requireRelease: [(actor) => releases.requireRelease(actor, 1n), 'release:read', 'NOT_FOUND'],
  listNodes: [(actor) => nodeQueries.listNodes(actor), 'node:read', 'not about a domain'],
  listAudit: [(actor) => audit.listAudit(actor), 'audit:read', 'not about a domain'],
  getLiveState: [(actor) => live.getLiveState(actor), 'domain:read', 'not about a domain'],
  getServerSettings: [(actor) => settingQueries.getServerSettings(actor), 'setting:read', 'not about a domain'],
  getServerSettingsForForm: [
    (actor) => settingQueries.getServerSettingsForForm(actor),
    'setting:read',
    'not about a domain',
  ],
  getServerChecks: [(actor) => settingQueries.getServerChecks(actor), 'setting:read', 'not about a domain'],
  listSessions: [(actor) => authQueries.listSessions(actor), 'session:write', 'not about a domain'],
  getAccount: [(actor) => authQueries.getAccount(actor), 'session:write', 'not about a domain'],
}

const FILES = /^(service|queries|requests|overview)\.ts$/

/** Names of exported functions of `lib` that take an actor first, in the files that pages and actions call. */
function takenFromSource(): string[] {
  const root = new URL('..', import.meta.url).pathname
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => FILES.test(file.slice(file.lastIndexOf('/') + 1)))
    .flatMap((file) =>
      [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/export async function (\w+)\(\s*actor: Actor/g)].map(
        (match) => match[1] ?? '',
      ),
    )
}

test('every service and query of the source is tried here', () => {
  expect(Object.keys(CASES).sort()).toEqual(takenFromSource().sort())
})

let stranger: Actor

// One set-up for all: first whoever must change nothing is tried, then those who may.
beforeAll(async () => {
  await emptyTables(db())
  const system = systemActor('test')
  await domains.createDomain(system, { name, description: '' })
  await mailboxes.createMailbox(system, {
    domain,
    localPart,
    name: '',
    password: 'long enough one',
    quotaMebibytes: null,
  })
  await aliases.createAlias(system, alias)
  const { id: domainId } = await db().domain.findUniqueOrThrow({ where: { name } })
  const at = { since: new Date(), checkedAt: new Date() }
  await db().finding.create({
    data: { id: finding, scope: `domain:${domainId}`, domainId, check: 'mx.missing', level: 'broken', ...at },
  })
  const admin = await db().admin.create({
    data: { email: 'a@tenant-a.test', name: 'A', role: 'domain_admin', passwordHash: '' },
  })
  stranger = { kind: 'admin', id: admin.id, name: 'A', role: 'domain_admin', sessionId: randomUUID(), address: null }
})

async function outcome(call: (actor: Actor) => unknown, actor: Actor): Promise<unknown> {
  try {
    return await call(actor)
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

describe.each(Object.entries(CASES))('%s', (_name, [call, permission, tenant]) => {
  test('by the administrator of another domain', async () => {
    const result = await outcome(call, stranger)
    if (!roleMay('domain_admin', permission)) expect(result).toBe('FORBIDDEN')
    else if (tenant === 'NOT_FOUND') expect(result).toBe('NOT_FOUND')
    else if (tenant === 'nothing') expect(result).toEqual([])
    else expect(result).not.toBe('FORBIDDEN')
  })

  test('by roles without the permission', async () => {
    for (const role of ROLES.filter((candidate) => !roleMay(candidate, permission)))
      expect([role, await outcome(call, { ...stranger, role } as Actor)]).toEqual([role, 'FORBIDDEN'])
  })
})

test.each(Object.entries(CASES))('%s by roles that have the permission', async (_name, [call, permission]) => {
  const may = ROLES.filter((role) => roleMay(role, permission))
  expect(may).not.toEqual([])
  for (const role of may) expect(await outcome(call, { ...stranger, role } as Actor)).not.toBe('FORBIDDEN')
})
