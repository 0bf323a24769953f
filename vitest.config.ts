import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{lib,components,e2e,bench}/**/*.test.{ts,tsx}'],
    environment: 'node',
    globalSetup: ['e2e/postgres-setup.ts'],
    // Of a test that hangs: a machine that is busy with other things may take many times as long as it mostly does.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
})
