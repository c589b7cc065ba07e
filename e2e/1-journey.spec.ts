import { aggregateReport, DOMAIN, expect, OWNER, posthouse, signIn, test, tlsReport } from './fixtures'

/** One administrator, one domain, from the set-up link to a proof by a real message and a report read. */

test.skip(!process.env.POSTHOUSE_E2E_DAEMONS, 'the journey needs the mail servers, and they need root')
test.describe.configure({ mode: 'serial' })

const setupLink = process.env.POSTHOUSE_SETUP_LINK ?? ''
const mailbox = `anna@${DOMAIN}`
const password = 'a grey heron at noon'

test('the set-up link makes the owner, once, and then asks for the server', async ({ page }) => {
  await page.goto(setupLink)
  await page.getByLabel('Your name').fill(OWNER.name)
  await page.getByLabel('E-mail address').fill('not an address')
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByLabel('Password, once more').fill(OWNER.password)
  await page.getByRole('button', { name: 'Create owner' }).click()
  await expect(page.locator('form [role=alert]')).toBeVisible()
  await expect(page.getByLabel('Your name')).toHaveValue(OWNER.name)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByLabel('Password, once more').fill(OWNER.password)
  await page.getByRole('button', { name: 'Create owner' }).click()
  await expect(page.getByRole('heading', { name: 'Your server' })).toBeVisible()
  await page.context().clearCookies()
  await page.goto(setupLink)
  await expect(page.getByText('This link has been used')).toBeVisible()
})

test('the server’s name and addresses are stored and looked at', async ({ page }) => {
  await signIn(page)
  await page.goto('/settings')
  await expect(page.getByLabel('Host name')).toHaveValue('mx1.posthouse.test')
  await page.getByRole('button', { name: 'Save and check' }).click()
  const checks = page.locator('section').filter({ hasText: 'How others see this server' })
  await expect(checks.getByText('Reverse DNS', { exact: true })).toBeVisible()
  await expect(checks.getByText('Broken')).toHaveCount(0)
})

test('a mailbox elsewhere is added without its password ever coming back, and removed', async ({ page }) => {
  await signIn(page)
  await page.goto('/settings')
  await page.getByLabel('Name', { exact: true }).fill('friend')
  await page.getByLabel('Address', { exact: true }).fill('friend@mail.test')
  await page.getByLabel('IMAP server').fill('imap.mail.test')
  await page.getByLabel('Submission server').fill('smtp.mail.test')
  await page.getByLabel('Submission port').fill('99999')
  await page.getByLabel('User name').fill('friend')
  await page.getByLabel('Password').fill('quiet stations')
  await page.getByRole('button', { name: 'Add mailbox' }).click()
  await expect(page.locator('form [role=alert]')).toContainText('Give a port from 1 to 65535.')
  await expect(page.getByLabel('Password')).toHaveValue('')
  await page.getByLabel('Submission port').fill('587')
  await page.getByLabel('Password').fill('quiet stations')
  await page.getByRole('button', { name: 'Add mailbox' }).click()
  const row = page.getByRole('row', { name: /friend@mail\.test/ })
  await expect(row).toContainText('outside')
  await row.getByRole('button', { name: 'Remove friend' }).click()
  await expect(row).toHaveCount(0)
})

test('a domain comes on line by itself: records published, seen, key signing', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page)
  await page.goto('/domains/new')
  await page.getByLabel('Domain').fill('Journey .test')
  await page.getByRole('button', { name: 'Add domain' }).click()
  await expect(page.locator('form [role=alert]')).toBeVisible()
  await page.getByLabel('Domain').fill(' JOURNEY.test. ')
  await page.getByRole('button', { name: 'Add domain' }).click()
  await expect(page.getByRole('heading', { name: DOMAIN, level: 1 })).toBeVisible()
  await page.goto(`/domains/${DOMAIN}/dns`)
  await page.getByRole('button', { name: 'Publish records' }).first().click()
  await page.getByRole('button', { name: 'Publish these changes' }).click({ timeout: 30_000 })
  await expect(page.getByText('were published at').first()).toBeVisible({ timeout: 30_000 })
  await page.goto(`/domains/${DOMAIN}/dns`)
  await expect(page.getByText('records are as they should be')).toBeVisible({ timeout: 60_000 })
  await page.goto(`/domains/${DOMAIN}/dkim`)
  await expect(page.getByText('Outgoing mail is signed with')).toBeVisible({ timeout: 60_000 })
})

test('a mailbox and an alias are live when the page says so', async ({ page }) => {
  await signIn(page)
  await page.goto(`/domains/${DOMAIN}/mailboxes/new`)
  await page.getByLabel('Address', { exact: true }).fill('Anna')
  await page.getByLabel('Name of the person').fill('Anna Ansel')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create mailbox' }).click()
  await expect(page.getByText(/Live/).first()).toBeVisible()
  await expect(page.getByText(/imap1 and mx1/).first()).toBeVisible()
  await page.goto(`/domains/${DOMAIN}/mailboxes/new`)
  await page.getByLabel('Address', { exact: true }).fill('anna')
  await page.getByRole('button', { name: 'Create mailbox' }).click()
  await expect(page.getByText(`${mailbox} exists already.`).first()).toBeVisible()
  await page.goto(`/domains/${DOMAIN}/aliases/new`)
  await page.getByLabel('Address', { exact: true }).fill('sales')
  await page.getByLabel('Goes to').fill(mailbox)
  await page.getByRole('button', { name: 'Create alias' }).click()
  await expect(page.getByText(/Live/).first()).toBeVisible()
})

test('the release shows what the servers were given, without a hash', async ({ page }) => {
  await signIn(page)
  await page.goto('/releases')
  await page
    .getByRole('row', { name: new RegExp(mailbox) })
    .getByRole('link')
    .first()
    .click()
  await expect(page.getByText('smtp/mailboxes').first()).toBeVisible()
  await expect(page.locator('main')).not.toContainText('$argon2id$')
  await page.goto('/nodes')
  await expect(page.getByText('2 of 2 nodes run the newest release')).toBeVisible()
})

for (const probe of ['probe', 'elsewhere'])
  test(`a real message to ${probe} and back proves the domain`, async ({ page }) => {
    test.setTimeout(120_000)
    await signIn(page)
    await page.goto(`/domains/${DOMAIN}/tests`)
    const choice = page.getByLabel('To')
    await choice.selectOption(probe)
    await page.getByRole('button', { name: 'Send test message' }).click()
    await expect(page.getByText('Mail works, both ways, and is authenticated.').first()).toBeVisible({
      timeout: 60_000,
    })
    if (probe === 'elsewhere') await expect(page.getByText(/stand-in/).first()).toBeVisible()
    await expect(page.getByText('TLSv1.3').first()).toBeVisible()
  })

test('a report is read: who sent how much, aligned or not', async ({ page }) => {
  await signIn(page)
  await page.goto(`/domains/${DOMAIN}/reports`)
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer })
  await page
    .getByLabel(/Report files/)
    .setInputFiles([
      file('report.xml.gz', aggregateReport(DOMAIN)),
      file('holiday.jpg', Buffer.from('\xff\xd8\xff not a report', 'latin1')),
    ])
  await page.getByRole('button', { name: 'Read reports' }).click()
  // Before the page's script runs the form is sent as it stands, and the line reads otherwise.
  await expect(page.getByText(/Stored: 1 of 2\.|1 of 2 files stored\./)).toBeVisible()
  await expect(page.getByRole('row', { name: /192\.0\.2\.10/ })).toContainText('40')
  await expect(page.getByRole('row', { name: /198\.51\.100\.7/ })).toContainText('2')
  await page.getByRole('link', { name: 'What would a stricter policy have done?' }).click()
  await expect(page.getByText('1 source that is or may be yours would have been stopped')).toBeVisible()
  await page.getByLabel('Mail that fails DMARC').selectOption('none')
  await page.getByRole('button', { name: 'Work it out' }).click()
  await expect(page.getByText('are too little to judge by')).toBeVisible()
})

test('a TLS report says what failed and what to do', async ({ page, baseURL }) => {
  await signIn(page)
  const headers = { origin: baseURL ?? '', accept: 'application/json', 'content-type': 'application/json' }
  const given = await page.request.post('/api/reports?name=tls.json', { headers, data: tlsReport(DOMAIN) })
  expect(await given.json()).toMatchObject({ results: [{ state: 'stored', kind: 'tls' }] })
  await page.goto(`/domains/${DOMAIN}/reports/tls`)
  await expect(page.getByText('3 of 43 sessions')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'The certificate has expired' })).toBeVisible()
  await expect(page.getByText('Renew the certificate')).toBeVisible()
})

test('the key is rotated by a button; the old record stays', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page)
  await page.goto(`/domains/${DOMAIN}/dkim`)
  await page.getByRole('button', { name: 'Rotate key' }).click()
  await expect(page.getByText('Retiring').first()).toBeVisible({ timeout: 90_000 })
  await page.goto(`/domains/${DOMAIN}/dns`)
  await expect(page.getByText('_domainkey')).not.toHaveCount(0)
})

test('the command line says the same', async () => {
  const status = await posthouse('status')
  expect(status).toMatchObject({ code: 0 })
  expect(status.stdout).toContain('mx1')
  expect((await posthouse('domain', 'list')).stdout).toContain(`${DOMAIN}\t1\t1`)
  expect((await posthouse('dns', 'show', DOMAIN)).stdout).toContain('v=spf1')
  expect(await posthouse('domain', 'add', 'no domain')).toMatchObject({ code: 1 })
  expect(await posthouse('domain', 'add')).toMatchObject({ code: 2 })
})

test('a removed mailbox is refused, a stranger is sent to the sign-in', async ({ page, context }) => {
  await signIn(page)
  await page.goto(`/domains/${DOMAIN}/mailboxes/new`)
  await page.getByLabel('Address', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Create mailbox' }).click()
  await expect(page.getByText('It is shown only now')).toBeVisible()
  await page.goto(`/domains/${DOMAIN}/mailboxes/short`)
  await page.getByLabel(`Type short@${DOMAIN}`).fill(`short@${DOMAIN}`)
  await page.getByRole('button', { name: 'Remove mailbox' }).click()
  await expect(page.getByText(/Live/).first()).toBeVisible()
  await context.clearCookies()
  await page.goto(`/domains/${DOMAIN}`)
  await expect(page).toHaveURL(/\/sign-in/)
})
