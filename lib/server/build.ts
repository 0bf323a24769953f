import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
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

/** Next writes its `BUILD_ID` long before it is done: a build that was stopped after it looks like a whole one. */
const COMPLETE = join('.next', 'COMPLETE')

/** To be called when Next has built; a build begins by deleting what it says. */
export function markBuilt(folder: string): void {
  writeFileSync(join(folder, COMPLETE), '')
}

/** Whether the folder holds a whole build, and whether a source was changed after it. */
export function buildState(folder: string): BuildState {
  if (!existsSync(join(folder, COMPLETE))) return 'absent'
  const buildId = join(folder, '.next', 'BUILD_ID')
  const builtAt = statSync(buildId).mtimeMs
  return SOURCES.some((source) => changedAfter(join(folder, source), builtAt)) ? 'stale' : 'fresh'
}

function changedAfter(path: string, time: number): boolean {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry === undefined || path.endsWith('.test.ts')) return false
  if (!entry.isDirectory()) return entry.mtimeMs > time
  return readdirSync(path).some((name) => changedAfter(join(path, name), time))
}
