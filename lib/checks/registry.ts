import { BIMI_CHECKS, bimiFamily } from '@/lib/checks/bimi'
import type { BlockList } from '@/lib/checks/block-lists'
import type { CheckFamily, DomainFacts, NodeFacts } from '@/lib/checks/check'
import { CLIENTS_CHECKS, clientsFamily } from '@/lib/checks/clients'
import { DANE_CHECKS, daneFamily } from '@/lib/checks/dane'
import { DKIM_CHECKS, dkimFamily } from '@/lib/checks/dkim'
import { DMARC_CHECKS, dmarcFamily } from '@/lib/checks/dmarc'
import { HOST_CHECKS, hostFamily } from '@/lib/checks/host'
import type { Outside } from '@/lib/checks/host-name'
import { MTA_STS_CHECKS, mtaStsFamily } from '@/lib/checks/mta-sts'
import { MX_CHECKS, mxFamily } from '@/lib/checks/mx'
import { NAMES_CHECKS, namesFamily } from '@/lib/checks/names'
import { REPORTS_CHECKS, reportsFamily } from '@/lib/checks/reports'
import {
  DOMAIN_REPUTATION_CHECKS,
  domainReputationFamily,
  REPUTATION_CHECKS,
  reputationFamily,
} from '@/lib/checks/reputation'
import { SMTP_CHECKS, smtpFamily } from '@/lib/checks/smtp'
import { SPF_CHECKS, SPF_HOST_CHECKS, spfFamily, spfHostFamily } from '@/lib/checks/spf'
import { TLS_RPT_CHECKS, tlsRptFamily } from '@/lib/checks/tls-rpt'
import { ZONE_CHECKS, zoneFamily } from '@/lib/checks/zone'

/** Whose hand a finding needs: of whoever has the zone, the host's provider, this installation, or a sender elsewhere. */
export const ACTORS = ['dns', 'host', 'server', 'sender'] as const
export type ActsBy = (typeof ACTORS)[number]

/** A family with who acts on each of its checks. */
export interface Registered<Facts> {
  family: CheckFamily<Facts>
  checks: Readonly<Record<string, { who: ActsBy }>>
}

/**
 * Every family: those that look at a domain, those of them that look at its other names too, and those that look at a mail
 * node, once for all its domains (MAIL rule 33).
 */
export interface CheckFamilies {
  domain: readonly Registered<DomainFacts>[]
  alias: readonly Registered<DomainFacts>[]
  node: readonly Registered<NodeFacts>[]
}

/** What families are told of how this installation looks at the world. */
export interface FamilyOptions {
  lists: readonly BlockList[]
  outside: Outside
}

/** The families. A new one is a line here. */
export function checkFamilies({ lists, outside }: FamilyOptions): CheckFamilies {
  // What stands in the zone of every name, whether mail from it is signed in its name or not.
  const ofEachName: Registered<DomainFacts>[] = [
    { family: zoneFamily, checks: ZONE_CHECKS },
    { family: mxFamily, checks: MX_CHECKS },
    { family: spfFamily, checks: SPF_CHECKS },
    { family: dmarcFamily, checks: DMARC_CHECKS },
    { family: mtaStsFamily, checks: MTA_STS_CHECKS },
    { family: tlsRptFamily, checks: TLS_RPT_CHECKS },
    { family: clientsFamily, checks: CLIENTS_CHECKS },
  ]
  return {
    domain: [
      ...ofEachName,
      { family: dkimFamily, checks: DKIM_CHECKS },
      { family: bimiFamily, checks: BIMI_CHECKS },
      { family: domainReputationFamily(lists), checks: DOMAIN_REPUTATION_CHECKS },
      { family: reportsFamily, checks: REPORTS_CHECKS },
      { family: namesFamily, checks: NAMES_CHECKS },
    ],
    alias: ofEachName,
    node: [
      { family: hostFamily(outside), checks: HOST_CHECKS },
      { family: smtpFamily, checks: SMTP_CHECKS },
      { family: spfHostFamily, checks: SPF_HOST_CHECKS },
      { family: daneFamily, checks: DANE_CHECKS },
      { family: reputationFamily(lists), checks: REPUTATION_CHECKS },
    ],
  }
}

const { domain, node } = checkFamilies({ lists: [], outside: { dial: null, postmasterAddress: null } })
const WHO = new Map<string, ActsBy>(
  [...domain, ...node].flatMap(({ checks }) => Object.entries(checks).map(([check, { who }]) => [check, who] as const)),
)

/** Every check there is, by id, sorted. */
export const CHECK_IDS: readonly string[] = [...WHO.keys()].sort()

/** Who acts on a finding of this check; null for one that is not known any more. */
export function whoActs(check: string): ActsBy | null {
  return WHO.get(check) ?? null
}
