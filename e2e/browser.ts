import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { inflate } from '@sparticuz/chromium'

export type Browser = {
  executablePath: string
  args: string[]
  /** Beside the process's own environment. */
  env: Record<string, string>
  /** Which way it was found. */
  from: string
}

/** Nothing but the pages under test may cause traffic, and a container has no sandbox to give to root. */
const ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--no-first-run',
]

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * A browser for the tests: the first of `BROWSER_PATH`, one on the PATH, Playwright's own, the one inside the npm
 * package `@sparticuz/chromium` (Linux x64), and Debian's, which root can install. Throws with this list when there is none:
 * browser tests are never skipped.
 */
export async function findBrowser(): Promise<Browser> {
  const tried: string[] = []
  for (const [from, find] of WAYS) {
    try {
      const found = await find()
      if (found) return { args: ARGS, env: {}, from, ...found }
      tried.push(`${from}: not there`)
    } catch (error) {
      tried.push(`${from}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(`No browser for the tests. Set BROWSER_PATH to a Chromium. Tried:\n- ${tried.join('\n- ')}`)
}

type Found = Pick<Browser, 'executablePath'> & Partial<Browser>

const WAYS: [string, () => Found | null | Promise<Found | null>][] = [
  ['BROWSER_PATH', fromVariable],
  ['a Chromium or Chrome on the PATH', fromPath],
  ["Playwright's own Chromium", () => works({ executablePath: chromium.executablePath() })],
  ['the npm package @sparticuz/chromium', fromPackage],
  ['apt-get install chromium', fromDebian],
]

function fromVariable(): Found | null {
  const path = process.env.BROWSER_PATH
  if (!path) return null
  if (!existsSync(path)) throw new Error(`there is no file ${path}`)
  return { executablePath: path }
}

function fromPath(): Found | null {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    for (const name of NAMES) {
      const found = folder && works({ executablePath: join(folder, name) })
      if (found) return found
    }
  }
  return null
}

/** Unpacked once, into a folder that is whole or not there. */
async function fromPackage(): Promise<Found | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('it holds a browser for Linux x64 only')
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { version: string }
  const folder = join(root, 'node_modules', '.cache', `chromium-${version}-own-fonts`)
  if (!existsSync(folder)) await unpack(join(packed, 'bin'), folder)
  return works({
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, FONT_SETTINGS) },
  })
}

const FONT_SETTINGS = 'fonts.conf'

/** The package's own settings look for its fonts elsewhere: text of no web font then has no height and counts as hidden. */
const fontSettings = (folder: string) =>
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, 'fonts')}</dir>` +
  `<dir>/usr/share/fonts</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>\n`

async function unpack(from: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  // The package unpacks into the folder for temporary files, whoever else may have one of that name there.
  const { TMPDIR } = process.env
  process.env.TMPDIR = unfinished
  try {
    for (const file of readdirSync(from)) await inflate(join(from, file))
    writeFileSync(join(unfinished, FONT_SETTINGS), fontSettings(folder))
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}

function fromDebian(): Found | null {
  if (process.getuid?.() !== 0) throw new Error('only root can install it')
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const { status, error } = spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000 })
    if (error) throw error
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed`)
  }
  return works({ executablePath: '/usr/bin/chromium' })
}

/** A browser that is there can still lack the libraries it needs. */
function works(found: Found): Found | null {
  if (!existsSync(found.executablePath)) return null
  const { status, stderr } = spawnSync(found.executablePath, ['--version', '--no-sandbox'], {
    env: { ...process.env, ...found.env },
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (status === 0) return found
  throw new Error(
    `${basename(found.executablePath)} does not start: ${stderr.trim().split('\n')[0] ?? 'no reason given'}`,
  )
}
