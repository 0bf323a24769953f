import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{lib,components,e2e,bench}/**/*.test.{ts,tsx}'],
    environment: 'node',
    globalSetup: ['e2e/postgres-setup.ts'],
    testTimeout: 15_000,
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
})
