import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firefox, type PlaywrightWorkerOptions, webkit } from '@playwright/test'

type Launch = Partial<Pick<PlaywrightWorkerOptions, 'browserName' | 'channel' | 'launchOptions'>>

/** Programs that drive WebKitGTK by WebDriver, which Playwright does not speak. */
export type WebKitDriver = { driver: string; browser: string; display: string | null }

/** An engine beside the one that `npm test` runs in, and how it is reached; or why it is not. */
export type Engine = { name: 'Firefox' | 'WebKit' } & (
  | { by: 'playwright'; from: string; installed: boolean; use: Launch }
  | { by: 'webdriver'; from: string; programs: WebKitDriver }
  | { by: null; why: string }
)

/** Playwright's own, `FIREFOX_PATH`, or one on the PATH. */
export function findFirefox(): Engine {
  const own = firefox.executablePath()
  if (existsSync(own))
    return { name: 'Firefox', by: 'playwright', from: own, installed: false, use: { browserName: 'firefox' } }
  const path = process.env.FIREFOX_PATH ?? onPath('firefox') ?? onPath('firefox-esr')
  if (!path || !existsSync(path)) {
    return {
      name: 'Firefox',
      by: null,
      why: 'not there. `npx playwright install firefox`, a Firefox on the PATH (Debian: apt-get install firefox-esr), or FIREFOX_PATH',
    }
  }
  const starter = fileURLToPath(new URL('installed-firefox.mjs', import.meta.url))
  const env = { ...(process.env as Record<string, string>), FIREFOX_PATH: path }
  return {
    name: 'Firefox',
    by: 'playwright',
    from: path,
    installed: true,
    use: { browserName: 'firefox', channel: 'moz-firefox', launchOptions: { executablePath: starter, env } },
  }
}

/** Playwright's own, or WebKitGTK's with its driver (Linux). */
export function findWebKit(): Engine {
  const own = webkit.executablePath()
  if (existsSync(own))
    return { name: 'WebKit', by: 'playwright', from: own, installed: false, use: { browserName: 'webkit' } }
  const driver = process.env.WEBKIT_DRIVER_PATH ?? onPath('WebKitWebDriver')
  const browser = process.env.WEBKIT_PATH ?? MINI_BROWSERS.find(existsSync)
  const display = onPath('Xvfb') ?? null
  if (driver && browser && (display || process.env.DISPLAY))
    return { name: 'WebKit', by: 'webdriver', from: browser, programs: { driver, browser, display } }
  return {
    name: 'WebKit',
    by: null,
    why: 'not there. `npx playwright install webkit`, or WebKitGTK with its driver and a display (Debian: apt-get install webkit2gtk-driver xvfb)',
  }
}

const MINI_BROWSERS = ['x86_64', 'aarch64'].flatMap((machine) =>
  ['4.1', '6.0', '4.0'].map((version) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
)

/** What the browser says of itself. */
export function versionOf(path: string): string {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 })
  return stdout?.trim().split('\n')[0] || path
}

const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
