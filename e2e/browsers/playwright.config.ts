import { defineConfig, type PlaywrightTestConfig } from '@playwright/test'
import base from '../playwright.config.ts'
import { findFirefox, findWebKit } from './engines.ts'
import { BEYOND_PLAYWRIGHT, STARTED_WITH } from './left-out.ts'

const { launchOptions: _, permissions: __, browserName: ___, ...use } = base.use ?? {}

const projects: NonNullable<PlaywrightTestConfig['projects']> = []
for (const engine of [findFirefox(), findWebKit()]) {
  if (engine.by !== 'playwright') continue
  if (!engine.installed) {
    projects.push({ name: engine.name, use: { ...use, ...engine.use } })
    continue
  }
  // An installed Firefox is asked nothing of media: it does not know the command yet.
  const media = { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null }
  const beyond = BEYOND_PLAYWRIGHT.map(({ test }) => test)
  projects.push({
    name: engine.name,
    grepInvert: [...beyond, ...STARTED_WITH.flatMap(({ tests }) => tests)],
    use: { ...use, ...engine.use, ...media },
  })
  for (const { name, tests, prefs } of STARTED_WITH) {
    const launchOptions = { ...engine.use.launchOptions, firefoxUserPrefs: prefs }
    projects.push({
      name: `${engine.name}, ${name}`,
      grep: tests,
      grepInvert: beyond,
      use: { ...use, ...engine.use, ...media, launchOptions },
    })
  }
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
