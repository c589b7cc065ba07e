import type { Page } from '@playwright/test'
import { expect, signIn, test } from './fixtures'
import { MOVING, movingZoneTrouble, startMovingZone, type MovingZone } from './moving-zone'

/**
 * A domain whose mail is elsewhere, from its typed name to a proof, by the page that guides through it: published through
 * PowerDNS, whose second name server follows only later, so that the world does not see a change at once.
 */

test.skip(!process.env.POSTHOUSE_E2E_DAEMONS, 'the journey needs the mail servers, and they need root')
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const PROVIDER = 'Old host'
const OLD_MX = '10 mx.old.test.'
const OURS = 'mx1.posthouse.test.'
const WAY = `/domains/${MOVING}/onboarding`

let zone: MovingZone
let before: string[]
let stop = () => Promise.resolve()

test.beforeAll(async () => {
  const trouble = await movingZoneTrouble()
  test.skip(trouble !== null, trouble ?? '')
  zone = await startMovingZone()
  stop = zone.stop
  before = await zone.records()
})
test.afterAll(() => stop())

const step = (page: Page, title: string) =>
  page.locator('ol > li').filter({ has: page.getByRole('heading', { name: title }) })
const record = (page: Page, purpose: string) =>
  step(page, 'DNS records').getByRole('listitem').filter({ hasText: purpose })
/** What a plan does to the records of one type at the domain itself. */
const difference = (page: Page, type: string) =>
  page.getByRole('listitem').filter({ has: page.getByText(`${MOVING} ${type}`, { exact: true }) })
/** Changes when the page is loaded anew. */
const loadedAt = (page: Page) => page.evaluate(() => performance.timeOrigin)

test('PowerDNS is added and tried, and its key never comes back', async ({ page }) => {
  await signIn(page)
  await page.goto('/settings')
  await page.getByRole('link', { name: 'Add a provider' }).click()
  await page.getByRole('link', { name: 'Choose PowerDNS' }).click()
  await page.getByLabel('Name', { exact: true }).fill(PROVIDER)
  await page.getByLabel('Address of the API').fill(zone.primary.url)
  await page.getByLabel('API key').fill(zone.primary.key)
  await page.getByLabel('Time to live of new records').fill('never')
  await page.getByLabel('Domain to try with').fill(MOVING)
  await page.getByRole('button', { name: 'Add provider' }).click()
  await expect(page.locator('form [role=alert]')).toBeVisible()
  await expect(page.getByLabel('API key')).toHaveValue('')
  expect(await page.content()).not.toContain(zone.primary.key)
  await page.getByLabel('API key').fill(zone.primary.key)
  await page.getByLabel('Time to live of new records').fill('3')
  await page.getByRole('button', { name: 'Add provider' }).click()
  const row = page.getByRole('row', { name: PROVIDER })
  await expect(row).toContainText('It works', { timeout: 20_000 })
  await expect(row).toContainText(`Zones: ${MOVING}`)
  for (const path of ['/settings', '/settings/providers/new?kind=powerdns', '/audit']) {
    await page.goto(path)
    expect(await page.content()).not.toContain(zone.primary.key)
  }
})

test('the page says what is there, and leaves the old mail server’s MX for last', async ({ page }) => {
  await signIn(page)
  await page.goto('/domains/new')
  await page.getByLabel('Domain').fill(MOVING)
  await page.getByRole('button', { name: 'Add domain' }).click()
  await expect(page).toHaveURL(new RegExp(WAY))
  const there = step(page, 'What is there')
  await expect(there).toContainText(OLD_MX, { timeout: 20_000 })
  await expect(there).toContainText('v=spf1 include:_spf.news.test ~all')
  await expect(there).not.toContainText('shop-verification')
  await expect(there).toContainText('Mail for this domain goes to mx.old.test now.')
  await there.getByRole('button', { name: 'Prepare all, move mail last' }).click()
  await expect(there.getByRole('button', { name: 'Move it at once after all' })).toBeVisible()
  await expect(record(page, 'SPF')).toContainText('Different')
  const records = step(page, 'DNS records')
  await records.getByLabel('Publish through').selectOption(PROVIDER)
  await records.getByRole('button', { name: 'Choose' }).click()
  await expect(records.getByRole('button', { name: `See what ${PROVIDER} would change` })).toBeVisible()
})

test('what is published waits for the second name server, and turns green by itself', async ({ page }) => {
  await signIn(page)
  await page.goto(WAY)
  await page.getByRole('button', { name: `See what ${PROVIDER} would change` }).click()
  await expect(page.getByRole('heading', { name: 'Plan of publishing' })).toBeVisible()
  const spf = difference(page, 'TXT')
  await expect(spf).toContainText('v=spf1 include:_spf.news.test ~all', { timeout: 20_000 })
  await expect(spf).toContainText('shop-verification=4711')
  await expect(difference(page, 'MX')).toHaveCount(0)
  const held = page.locator('section').filter({ has: page.getByRole('heading', { name: 'When the mail moves here' }) })
  await expect(held).toContainText(`${MOVING} MX`)
  await page.getByRole('button', { name: 'Publish these changes' }).click()
  await expect(page.getByText(`at ${PROVIDER} and read back`)).toBeVisible({ timeout: 20_000 })
  await page.getByRole('link', { name: 'Continue' }).click()
  const opened = await loadedAt(page)
  await expect(record(page, 'SPF')).toContainText('Propagating')
  await expect(step(page, 'DNS records')).toContainText('These records are published.')
  await expect(page.getByText('Step 3 of 7')).toBeVisible()
  await zone.follow()
  await expect(record(page, 'SPF')).toContainText('OK', { timeout: 30_000 })
  await expect(step(page, 'Signing')).toContainText('Outgoing mail is signed with', { timeout: 30_000 })
  await expect(page.getByText('Step 5 of 7')).toBeVisible()
  expect(await loadedAt(page)).toBe(opened)
})

test('left and taken up again after a new sign-in: the first mailbox', async ({ page }) => {
  await signIn(page)
  await page.goto('/domains')
  await page.getByRole('link', { name: MOVING }).click()
  await page.getByRole('link', { name: 'Continue' }).click()
  await step(page, 'First mailbox').getByRole('link', { name: 'Create mailbox' }).click()
  await page.getByLabel('Address', { exact: true }).fill('anna')
  await page.getByLabel('Password').fill('a grey heron at noon')
  await page.getByRole('button', { name: 'Create mailbox' }).click()
  await expect(page.getByText(/Live/).first()).toBeVisible()
  await page.goto(WAY)
  await expect(step(page, 'First mailbox')).toContainText('Somebody can log in.')
  await expect(page.getByText('Step 6 of 7')).toBeVisible()
})

test('the mail is moved by a plan that shows the old MX going and ours coming', async ({ page }) => {
  await signIn(page)
  await page.goto(WAY)
  await page.getByRole('button', { name: 'See what leading mail here changes' }).click()
  await expect(page.getByRole('heading', { name: 'Plan of leading mail here' })).toBeVisible()
  const change = difference(page, 'MX')
  await expect(change).toContainText(OLD_MX, { timeout: 20_000 })
  await expect(change).toContainText(OURS)
  await page.getByRole('button', { name: 'Publish these changes' }).click()
  await expect(page.getByText(`at ${PROVIDER} and read back`)).toBeVisible({ timeout: 20_000 })
  await page.getByRole('link', { name: 'Continue' }).click()
  const opened = await loadedAt(page)
  const move = step(page, 'Move the mail')
  await expect(move).toContainText('The change is published.')
  await expect(move.getByRole('listitem').filter({ hasText: `${MOVING} MX` })).toContainText('Propagating')
  await zone.follow()
  await expect(move).toContainText('Mail for the domain comes here.', { timeout: 30_000 })
  await expect(page.getByText('Step 7 of 7')).toBeVisible()
  expect(await loadedAt(page)).toBe(opened)
})

test('a real message proves the domain, and the way is over', async ({ page }) => {
  await signIn(page)
  await page.goto(WAY)
  await step(page, 'Proof').getByRole('button', { name: 'Send a test message' }).click()
  await expect(page.getByText('Mail works, both ways, and is authenticated.').first()).toBeVisible({ timeout: 60_000 })
  await page.goto(WAY)
  await expect(page.getByText('A real message went out and came back.')).toBeVisible()
  await page.getByRole('button', { name: 'Finish' }).click()
  await expect(page).toHaveURL(new RegExp(`/domains/${MOVING}(\\?.*)?$`))
  await expect(page.getByRole('link', { name: 'Continue' })).toHaveCount(0)
})

test('what others had in the zone is still there, but for the MX that moved', async () => {
  const after = await zone.records()
  const lost = before.filter((line) => !after.includes(line))
  expect(lost.sort()).toEqual([`${MOVING}. MX ${OLD_MX}`, `${MOVING}. TXT "v=spf1 include:_spf.news.test ~all"`])
  expect(after.filter((line) => line.startsWith(`${MOVING}. MX`))).toEqual([`${MOVING}. MX 10 ${OURS}`])
  const spf = after.filter((line) => line.includes('v=spf1'))
  expect(spf).toEqual([expect.stringMatching(/"v=spf1 ip4:127\.\d+\.\d+\.10 include:_spf\.news\.test ~all"$/)])
})

test('the domain is taken off again, and then its provider', async ({ page }) => {
  await signIn(page)
  await page.goto(`/domains/${MOVING}/settings`)
  await page.getByLabel(`Type ${MOVING}`, { exact: true }).fill(MOVING)
  await page.getByRole('button', { name: 'Remove domain' }).click()
  await expect(page).toHaveURL(/\/domains(\?.*)?$/)
  await page.goto('/settings')
  await page.getByRole('button', { name: `Remove ${PROVIDER}` }).click()
  await expect(page.getByRole('row', { name: PROVIDER })).toHaveCount(0)
})
