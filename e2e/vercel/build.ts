import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version that this was tried with. It is fetched for this test alone: the app does not need it. */
const VERCEL = '64.0.2'

/** What that version names is not in every registry; a neighbour of it is. */
const OVERRIDES = { sandbox: '4.5.0' }

/** Builds the committed and changed sources as Vercel does, without an account, in a folder of its own; answers it. */
export function buildForVercel(root: string, scratch: string): string {
  const project = join(scratch, 'project')
  for (const name of git(root, ['ls-files', '--cached', '--others', '--exclude-standard'])) {
    if (!existsSync(join(root, name))) continue
    mkdirSync(dirname(join(project, name)), { recursive: true })
    cpSync(join(root, name), join(project, name))
  }
  writeJson(join(project, '.vercel', 'project.json'), {
    projectId: 'prj_made_up',
    orgId: 'team_made_up',
    settings: { framework: 'nextjs', nodeVersion: '24.x' },
  })
  const tool = join(scratch, 'tool')
  writeJson(join(tool, 'package.json'), { dependencies: { vercel: VERCEL }, overrides: OVERRIDES })
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], tool)
  run(join(tool, 'node_modules', '.bin', 'vercel'), ['build', '--yes', '--token', 'none'], project)
  return project
}

const git = (root: string, args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean)

function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(value))
}

function run(command: string, args: string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, VERCEL_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
}
