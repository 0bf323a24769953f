import { defineConfig, type PlaywrightTestConfig } from '@playwright/test'
import base from '../playwright.config.ts'
import { findFirefox, findWebKit } from './engines.ts'
import { BEYOND_PLAYWRIGHT } from './left-out.ts'

const { launchOptions: _, permissions: __, browserName: ___, ...use } = base.use ?? {}

const projects: NonNullable<PlaywrightTestConfig['projects']> = []
for (const engine of [findFirefox(), findWebKit()]) {
  if (engine.by !== 'playwright') continue
  projects.push({
    name: engine.name,
    ...(engine.installed && { grepInvert: BEYOND_PLAYWRIGHT.map(({ test }) => test) }),
    use: {
      ...use,
      ...engine.use,
      // An installed Firefox is asked nothing of media: it does not know the command yet.
      ...(engine.installed && { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null }),
    },
  })
}

/** The suite in the engines beside Chromium that are found on this machine. */
export default defineConfig({
  ...base,
  testDir: '..',
  testIgnore: ['security/**', 'clients/**', 'scale/**'],
  outputDir: '../../test-results/browsers',
  globalSetup: '../build.ts',
  reporter: [['list'], ['json', { outputFile: '../../test-results/browsers.json' }]],
  use,
  projects,
})
