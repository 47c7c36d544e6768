// End-to-end tests: the built site, served with its real headers, in a headless Chromium.
// `cargo xtask test e2e` serves it and says where; without that, `cargo xtask serve` is started or reused.
import type { PlaywrightTestConfig } from '@playwright/test'

const served = process.env.HEARTRACE_URL
const url = served ?? 'http://127.0.0.1:8080/'

export default {
  testDir: '../tests/e2e',
  outputDir: './test-results',
  tsconfig: './tsconfig.json',
  forbidOnly: !!process.env.CI,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // A loaded machine is slow, not wrong.
  expect: { timeout: 20_000 },
  // A machine that stood still for a while may fail a test once; the report names what passed only then.
  retries: 1,
  reporter: 'list',
  use: {
    baseURL: url,
    browserName: 'chromium',
    // What a test puts in a file's place must reach the page; offline.spec.ts is about service workers and lets them in.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.HEARTRACE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
      ],
    },
  },
  ...(served
    ? {}
    : {
        webServer: {
          command: 'cargo xtask serve',
          cwd: '..',
          url,
          reuseExistingServer: true,
          timeout: 600_000,
        },
      }),
} satisfies PlaywrightTestConfig
