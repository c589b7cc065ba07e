import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { test as base, expect, type Page } from '@playwright/test'

export { expect }

/** The owner that the journey creates and every other spec signs in as. */
export const OWNER = { name: 'Olga Owner', email: 'owner@probe.test', password: 'four quiet stations north' }
export const DOMAIN = 'journey.test'

/** Signs in by the form, as a person does. */
export async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page).not.toHaveURL(/sign-in/)
}

/** The posthouse command on the installation under test: exit code and what it wrote. */
export async function posthouse(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('bin/posthouse', args, { timeout: 120_000 })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

/** An aggregate report of yesterday about the domain: one source aligned, one not. */
export function aggregateReport(domain: string): Buffer {
  const end = Math.floor(Date.now() / 1000 / 86_400) * 86_400 - 1
  const row = (ip: string, count: number, result: 'pass' | 'fail') => `
  <record><row><source_ip>${ip}</source_ip><count>${count}</count>
    <policy_evaluated><disposition>none</disposition><dkim>${result}</dkim><spf>${result}</spf></policy_evaluated></row>
    <identifiers><header_from>${domain}</header_from></identifiers>
    <auth_results><dkim><domain>${domain}</domain><selector>s</selector><result>${result}</result></dkim>
      <spf><domain>${domain}</domain><scope>mfrom</scope><result>${result}</result></spf></auth_results></record>`
  return gzipSync(`<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><version>1.0</version>
  <report_metadata><org_name>receiver.test</org_name><email>reports@receiver.test</email><report_id>journey-1</report_id>
    <date_range><begin>${end - 86_399}</begin><end>${end}</end></date_range></report_metadata>
  <policy_published><domain>${domain}</domain><p>none</p></policy_published>
  ${row('192.0.2.10', 40, 'pass')}${row('198.51.100.7', 2, 'fail')}
</feedback>`)
}

/** A TLS report of yesterday about the domain: some sessions met a certificate that had expired. */
export function tlsReport(domain: string): Buffer {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const failed = { 'total-successful-session-count': 40, 'total-failure-session-count': 3 }
  return Buffer.from(
    JSON.stringify({
      ...{ 'organization-name': 'receiver.test', 'contact-info': 'tls@receiver.test', 'report-id': 'journey-tls' },
      'date-range': { 'start-datetime': `${day}T00:00:00Z`, 'end-datetime': `${day}T23:59:59Z` },
      policies: [
        {
          policy: {
            'policy-type': 'sts',
            'policy-string': ['version: STSv1', 'mode: enforce'],
            'policy-domain': domain,
          },
          summary: failed,
          'failure-details': [
            {
              ...{ 'result-type': 'certificate-expired', 'sending-mta-ip': '192.0.2.10' },
              ...{ 'receiving-mx-hostname': `mx1.${domain}`, 'failed-session-count': 3 },
            },
          ],
        },
      ],
    }),
  )
}

export const test = base
