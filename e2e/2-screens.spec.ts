import { mkdirSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { DOMAIN, expect, signIn, test } from './fixtures'

/** Leaves a picture of each page under `test-results/screens/` to be looked at, and asserts what a machine can see. */

test.skip(!process.env.POSTHOUSE_E2E_DAEMONS, 'the pages show what the journey made')

const FOLDER = 'test-results/screens'
const WIDTHS = { wide: 1280, narrow: 360 }

interface Look {
  theme: 'light' | 'dark'
  width: keyof typeof WIDTHS
  locale: 'en' | 'fr'
}

const TWO: Look[] = [
  { theme: 'light', width: 'wide', locale: 'en' },
  { theme: 'dark', width: 'narrow', locale: 'fr' },
]
const ALL = (['light', 'dark'] as const).flatMap((theme) =>
  (['wide', 'narrow'] as const).flatMap((width) =>
    (['en', 'fr'] as const).map((locale): Look => ({ theme, width, locale })),
  ),
)

const domain = `/domains/${DOMAIN}`
type PageToSee = [name: string, path: string, looks: Look[]]
const PAGES: PageToSee[] = [
  ['overview', '/', ALL],
  ['domains', '/domains', TWO],
  ['domain-new', '/domains/new', TWO],
  ['domain', domain, ALL],
  ['onboarding', `${domain}/onboarding`, ALL],
  ['mailboxes', `${domain}/mailboxes`, ALL],
  ['mailbox-new', `${domain}/mailboxes/new`, TWO],
  ['mailbox', `${domain}/mailboxes/anna`, TWO],
  ['aliases', `${domain}/aliases`, TWO],
  ['alias-new', `${domain}/aliases/new`, TWO],
  ['alias', `${domain}/aliases/sales`, TWO],
  ['dns', `${domain}/dns`, ALL],
  ['by-hand', `${domain}/dns/by-hand?all=1`, TWO],
  ['dkim', `${domain}/dkim`, TWO],
  ['domain-reports', `${domain}/reports`, ALL],
  ['domain-reports-filtered', `${domain}/reports?days=90&failures=1&compare=1`, TWO],
  ['what-if', `${domain}/reports/what-if`, TWO],
  ['tls-reports', `${domain}/reports/tls`, TWO],
  ['domain-tests', `${domain}/tests`, TWO],
  ['domain-settings', `${domain}/settings`, TWO],
  ['reports', '/reports', TWO],
  ['tests', '/tests', TWO],
  ['checks', '/checks', ALL],
  ['clients', `/clients/${DOMAIN}?address=anna@${DOMAIN}`, TWO],
  ['nodes', '/nodes', TWO],
  ['releases', '/releases', TWO],
  ['audit', '/audit', TWO],
  ['settings', '/settings', TWO],
  ['provider-new', '/settings/providers/new?kind=lexicon&service=ovh', TWO],
  ['report-mailbox-new', '/settings/report-mailboxes/new', TWO],
  ['setup-server', '/setup/server', TWO],
  ['account', '/account', TWO],
  ['not-found', '/domains/nobody.test', TWO],
]
/** Pages with an id in their path: the newest is where the first link of a list leads. */
const NEWEST: [name: string, list: string][] = [
  ['release', '/releases'],
  ['test', '/tests'],
  ['report', '/reports'],
]

async function newestPages(page: Page): Promise<PageToSee[]> {
  const found: PageToSee[] = []
  for (const [name, list] of NEWEST) {
    await page.goto(list)
    const path = await page.locator(`main table a[href^="${list}/"]`).first().getAttribute('href')
    expect(path, `the newest of ${list}`).toMatch(new RegExp(`^${list}/[^/]+$`))
    found.push([name, path ?? '', TWO])
  }
  await page.goto(`${domain}/reports?days=365`)
  const source = await page.locator('main table a[href*="/reports/sources/"]').first().getAttribute('href')
  expect(source, 'the first source').not.toBeNull()
  found.push(['report-source', source ?? '', TWO])
  return found
}

test.beforeAll(() => mkdirSync(FOLDER, { recursive: true }))

/** The legacy mode asks in the page itself; without frames of others the answer is the same, in half the time. */
const axe = (page: Page) =>
  new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).setLegacyMode()

/** Ids that several elements have: a label or link of theirs leads to the first alone. */
const doubledIds = (page: Page) =>
  page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    return ids.filter((id, index) => ids.indexOf(id) !== index)
  })

const nameOf = (page: string, { theme, width, locale }: Look) => `${FOLDER}/${page}-${theme}-${width}-${locale}.png`

for (const look of ALL)
  test(`pages in ${look.theme}, ${look.width}, ${look.locale}`, async ({ page, context, baseURL }) => {
    test.setTimeout(180_000)
    await page.setViewportSize({ width: WIDTHS[look.width], height: 900 })
    await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' })
    await context.addCookies([{ name: 'posthouse.locale', value: look.locale, url: baseURL ?? '' }])
    await page.goto('/sign-in')
    await page.screenshot({ path: nameOf('sign-in', look), fullPage: true })
    await context.addCookies([{ name: 'posthouse.locale', value: 'en', url: baseURL ?? '' }])
    await signIn(page)
    await context.addCookies([{ name: 'posthouse.locale', value: look.locale, url: baseURL ?? '' }])
    const isSame = (other: Look) =>
      other.theme === look.theme && other.width === look.width && other.locale === look.locale
    const pages = [...PAGES, ...(await newestPages(page))].filter(([, , looks]) => looks.some(isSame))
    for (const [name, path] of pages) {
      await page.goto(path)
      await expect(page.locator('html')).toHaveAttribute('lang', look.locale)
      // Nothing may be wider than the screen: what is cut off is not there.
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth),
        `${name} is too wide`,
      ).toBeLessThanOrEqual(WIDTHS[look.width])
      await page.screenshot({ path: nameOf(name, look), fullPage: true })
      // Both themes, widths and languages once: the other looks differ in nothing that axe sees.
      if (!TWO.some(isSame)) continue
      expect(await doubledIds(page), `ids on ${name}`).toEqual([])
      const { violations } = await axe(page).analyze()
      expect(violations.map((violation) => `${name}: ${violation.id} ${violation.nodes[0]?.target.join(' ')}`)).toEqual(
        [],
      )
    }
  })
