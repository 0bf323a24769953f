import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildState } from '../lib/server/build.ts'

/** The tests run against the production build of the sources as they are. */
export default function build(): void {
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (buildState(root) === 'fresh') return
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The build failed; its output stands above.')
}
