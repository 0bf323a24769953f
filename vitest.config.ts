import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{lib,components,e2e}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 15_000,
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
})
