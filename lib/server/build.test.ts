import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { buildState, markBuilt } from './build.ts'

it('takes a build for whole when it came to its end, and for stale when a source is newer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(buildState(folder)).toBe('absent')
  mkdirSync(join(folder, '.next'))
  writeFileSync(join(folder, '.next', 'BUILD_ID'), 'x')
  expect(buildState(folder)).toBe('absent')
  markBuilt(folder)
  expect(buildState(folder)).toBe('fresh')
  mkdirSync(join(folder, 'lib'))
  const change = (name: string) => {
    writeFileSync(join(folder, 'lib', name), '')
    utimesSync(join(folder, 'lib', name), Date.now() / 1000 + 10, Date.now() / 1000 + 10)
  }
  change('a.test.ts')
  expect(buildState(folder)).toBe('fresh')
  change('a.ts')
  expect(buildState(folder)).toBe('stale')
})
