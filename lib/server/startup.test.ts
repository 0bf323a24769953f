import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildState } from './build.ts'

const root = join(import.meta.dirname, '..', '..')

async function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['server.ts'], {
    cwd: root,
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      DATA_DIR: join(tmpdir(), `startup-${process.pid}`),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

it('a bad value stops the start with one sentence', async () => {
  const { code, said } = await start({ PORT: 'abc' })
  expect(code).toBe(1)
  expect(said).toBe('PORT is "abc": use a whole number from 0 to 65535.\n')
})

it('a database that is no Postgres stops the start, and its password is not shown', async () => {
  const { code, said } = await start({ DATABASE_URL: 'mysql://u:canary@h/d' })
  expect(code).toBe(1)
  expect(said).toMatch(/^DATABASE_URL is not usable .* give a Postgres address .*\n$/)
  expect(said).not.toContain('canary')
})

it.skipIf(buildState(root) === 'absent')('a port in use stops the start with a way out', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { code, said } = await start({ PORT: String(port) })
  other.close()
  expect(code).toBe(1)
  expect(said).toContain(`Port ${port} is in use by another program`)
  expect(said.trim().split('\n')).toHaveLength(1)
})
