import { defineConfig, devices } from '@playwright/test'

/** `npm test` starts everything and says where it is; by hand: POSTHOUSE_URL=… npx playwright test. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One installation with one owner: the specs share it and run one after the other; only the pictures go two at a time.
  workers: 2,
  fullyParallel: false,
  projects: [
    { name: 'journey', testMatch: '1-journey.spec.ts' },
    { name: 'onboarding', testMatch: '1-onboarding.spec.ts', dependencies: ['journey'] },
    { name: 'screens', testMatch: '2-screens.spec.ts', dependencies: ['onboarding'], fullyParallel: true },
    { name: 'reports', testMatch: '3-reports.spec.ts', dependencies: ['screens'] },
  ],
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env.POSTHOUSE_URL ?? 'http://127.0.0.1:3000',
    locale: 'en-GB',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
})
