/** Adds up the test reports and prints them in one line; exits with 1 when a test or a step failed. */
import { existsSync, readFileSync } from 'node:fs'

const failedSteps = Number(process.argv[2])
const unit = read('test-results/unit.json', (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests + report.numTodoTests,
}))
const e2e = read('test-results/e2e.json', ({ stats }) => ({
  passed: stats.expected + stats.flaky,
  failed: stats.unexpected,
  skipped: stats.skipped,
}))

const sum = (key) => unit[key] + e2e[key]
console.log(`Unit tests: ${unit.passed} passed, ${unit.failed} failed`)
console.log(`Browser tests: ${e2e.passed} passed, ${e2e.failed} failed`)
console.log(`Failed steps: ${failedSteps}`)
const failed = Math.max(sum('failed'), failedSteps > 0 ? 1 : 0)
console.log(
  `${sum('passed')} passed, ${failed} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`,
)
process.exit(failed === 0 && sum('passed') > 0 ? 0 : 1)

function read(path, counts) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 }
  return counts(JSON.parse(readFileSync(path, 'utf8')))
}
