import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a build is made of. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'public',
  'instrumentation.ts',
  'next.config.mjs',
  'package-lock.json',
  'postcss.config.mjs',
  'proxy.ts',
]

export type BuildState = 'fresh' | 'stale' | 'absent'

/** Whether the folder holds a build, and whether a source was changed after it. */
export function buildState(folder: string): BuildState {
  const buildId = join(folder, '.next', 'BUILD_ID')
  if (!existsSync(buildId)) return 'absent'
  const builtAt = statSync(buildId).mtimeMs
  return SOURCES.some((source) => changedAfter(join(folder, source), builtAt)) ? 'stale' : 'fresh'
}

function changedAfter(path: string, time: number): boolean {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry === undefined || path.endsWith('.test.ts')) return false
  if (!entry.isDirectory()) return entry.mtimeMs > time
  return readdirSync(path).some((name) => changedAfter(join(path, name), time))
}
