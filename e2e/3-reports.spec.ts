import type { Page } from '@playwright/test'
import { gzipSync } from 'node:zlib'
import { mailOf, reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import { DOMAIN, expect, signIn, test } from './fixtures'

/** Reports given in the browser: many at once, each with its fate, and what a report says. */

test.skip(!process.env.POSTHOUSE_E2E_DAEMONS, 'reports are given for the domain of the journey')
test.describe.configure({ mode: 'serial' })

const DAY = 86_400
/** An aggregate report of the day before yesterday, with a row that a hostile reporter wrote. */
function report(reportId: string, domain = DOMAIN): Buffer {
  const base = sampleReport()
  const begin = (Math.floor(Date.now() / 1000 / DAY) - 2) * DAY
  const metadata = { ...base.metadata, reportId, begin, end: begin + DAY - 1 }
  const comment = { text: 'looks \u202eflipped', lang: null }
  const forwarded = sampleRecord({
    ...{ sourceIp: '203.0.113.77', count: 7, dkim: 'fail', spf: 'fail', headerFrom: domain },
    ...{ envelopeFrom: 'list.example', reasons: [{ type: 'mailing_list', comment }] },
  })
  const records = [sampleRecord({ count: 3, headerFrom: domain }), forwarded]
  return Buffer.from(reportXml({ ...base, metadata, policy: { ...base.policy, domain }, records }))
}

interface Dropped {
  name: string
  content: Buffer
}

async function drop(page: Page, files: Dropped[]): Promise<void> {
  const given = files.map(({ name, content }) => ({ name, text: content.toString('base64') }))
  const dataTransfer = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer()
    for (const { name, text } of all)
      transfer.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name))
    return transfer
  }, given)
  // Until the page's script runs nobody hears it.
  await expect(async () => {
    await page.locator('form[action="/api/reports"]').dispatchEvent('drop', { dataTransfer })
    await expect(fates(page)).toBeVisible({ timeout: 1_000 })
  }).toPass()
}

const fates = (page: Page) => page.getByRole('list', { name: 'Progress of the upload' })

test('files are dropped together: each has its fate, and no bad one stops the others', async ({ page }) => {
  await signIn(page)
  await page.goto('/reports')
  const good = gzipSync(report('dropped-1'))
  const mail = (id: string) => mailOf([{ type: 'application/gzip', data: gzipSync(report(id)) }]).toString('latin1')
  const mbox = `From a@x Sun\r\n${mail('mbox-1')}\r\nFrom b@x Sun\r\n${mail('mbox-2')}\r\nFrom c@x Sun\r\nSubject: hello\r\n\r\n`
  await drop(page, [
    { name: 'good.xml.gz', content: good },
    { name: 'holiday.jpg', content: Buffer.from('\xff\xd8\xff not a report', 'latin1') },
    { name: 'old.mbox', content: Buffer.from(mbox, 'latin1') },
    { name: 'stranger.xml', content: report('foreign-1', 'stranger.example') },
  ])
  await expect(page.getByText('Stored: 3 of 6.')).toBeVisible()
  await expect(page.getByText('4 of 4 through')).toBeVisible()
  const fate = (name: string) => fates(page).getByRole('listitem').filter({ hasText: name }).first()
  await expect(fate('good.xml.gz')).toContainText('Stored')
  await expect(fate('holiday.jpg')).toContainText('neither XML, JSON, gzip, zip nor a mail')
  await expect(fate('stranger.xml')).toContainText('a domain that is not yours')
  await expect(fate('old.mbox')).toContainText('Not stored: 1')
  // The page shows what came without being loaded again.
  await expect(page.getByRole('row', { name: /good\.xml\.gz/ })).toContainText(DOMAIN)
  await drop(page, [{ name: 'again.xml.gz', content: good }])
  await expect(fate('again.xml.gz')).toContainText('The same file was read before.')
})

test('what the network lost is told and tried again; a session that ended is told', async ({ page, context }) => {
  await signIn(page)
  await page.goto('/reports')
  await page.route('**/api/reports?*', (route) => route.abort())
  await drop(page, [{ name: 'lost.xml', content: report('lost-1') }])
  await expect(fates(page)).toContainText('The connection broke')
  await page.unroute('**/api/reports?*')
  await page.getByRole('button', { name: 'Try lost.xml again' }).click()
  await expect(page.getByText('Stored: 1 of 1.')).toBeVisible()
  // The page has taken it up: nothing of it is asked for after the session.
  await expect(page.getByRole('row', { name: /lost\.xml/ }).first()).toBeVisible()
  await context.clearCookies()
  await drop(page, [{ name: 'late.xml', content: report('late-1') }])
  await expect(fates(page)).toContainText('Your session has ended')
})

test('files are found by state, and a report shows what its receiver saw, hostile text as data', async ({ page }) => {
  await signIn(page)
  await page.goto('/reports')
  await page
    .getByRole('navigation', { name: 'Narrow the list of files' })
    .getByRole('link', { name: 'Refused' })
    .click()
  await expect(page.getByRole('row', { name: /holiday\.jpg/ }).first()).toBeVisible()
  await expect(page.getByRole('row', { name: /good\.xml\.gz/ })).toHaveCount(0)
  await page.goto('/reports?state=stored&kind=aggregate')
  await page.getByRole('link', { name: 'good.xml.gz' }).click()
  await expect(page.getByRole('heading', { name: 'Report of receiver.example' })).toBeVisible()
  await expect(page.getByText('is delivered (none)')).toBeVisible()
  await page.getByText('What the receiver saw from 203.0.113.77').click()
  await expect(page.getByText('a mailing list (looks ‹U+202E›flipped)')).toBeVisible()
  await expect(page.getByText('list.example')).toBeVisible()
})

test('without JavaScript the same form takes many files', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL ? { baseURL } : {}) })
  const page = await context.newPage()
  await signIn(page)
  await page.goto('/reports')
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer })
  await page
    .getByRole('button', { name: 'Report files' })
    .setInputFiles([file('plain.xml', report('plain-1')), file('bad.txt', Buffer.from('no report'))])
  await page.getByRole('button', { name: 'Read reports' }).click()
  await expect(page.getByText('1 of 2 files stored.')).toBeVisible()
  await context.close()
})

/** A report about one day, of 100 messages of our own that passed. */
function ownDay(daysAgo: number): Buffer {
  const base = sampleReport()
  const begin = (Math.floor(Date.now() / 1000 / DAY) - daysAgo) * DAY
  const metadata = { ...base.metadata, reportId: `day-${daysAgo}`, begin, end: begin + DAY - 1 }
  const records = [sampleRecord({ count: 100, headerFrom: DOMAIN })]
  return Buffer.from(reportXml({ ...base, metadata, policy: { ...base.policy, domain: DOMAIN }, records }))
}

test('from three weeks of reports to a stricter policy in DNS', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page)
  await page.goto('/reports')
  await drop(
    page,
    Array.from({ length: 20 }, (_item, at) => ({ name: `day-${at + 1}.xml`, content: ownDay(at + 1) })),
  )
  await expect(page.getByText('Stored: 20 of 20.')).toBeVisible({ timeout: 30_000 })
  await page.goto(`/domains/${DOMAIN}/reports/what-if`)
  await expect(page.getByText('nothing that looks like yours would have been stopped')).toBeVisible()
  await expect(page.getByText(/^\+ v=DMARC1; p=quarantine/)).toBeVisible()
  await page.getByRole('button', { name: 'Make it the policy and show the plan' }).click()
  await page.getByRole('button', { name: 'Publish these changes' }).click({ timeout: 30_000 })
  await expect(page.getByText(/(was|were) published at/).first()).toBeVisible({ timeout: 30_000 })
  await page.goto(`/domains/${DOMAIN}/reports/what-if`)
  await expect(page.getByLabel('Mail that fails DMARC')).toHaveValue('reject')
})
