import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const lines = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
const of = (word: string, from = last) =>
  from.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean)

it('the image runs as nobody in particular, keeps its data in a volume and says whether it is well', () => {
  expect(of('USER')).toEqual(['1000:1000'])
  expect(of('VOLUME')).toEqual(['/data'])
  expect(of('ENV').join(' ')).toMatch(/HOST=0\.0\.0\.0 .*DATA_DIR=\/data/)
  expect(of('HEALTHCHECK')[0]).toContain('/api/health')
  expect(of('CMD')).toEqual(['["node", "server.ts"]'])
  expect(lines.filter((line) => line.startsWith('FROM '))).toHaveLength(2)
})

it('what it copies is there, and nothing of a person or a secret goes into it', () => {
  const copied = of('COPY', lines).filter((line) => !line.startsWith('--from') && !line.startsWith('. '))
  for (const name of copied.flatMap((line) => line.split(' ').slice(0, -1))) {
    expect(existsSync(join(root, name)), name).toBe(true)
  }
  for (const name of ['.env', 'data', '.git', 'node_modules']) expect(ignored).toContain(name)
})

it('its health check is the answer of the health address', async () => {
  let status = 200
  const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const [, command = '[]'] = /CMD (\[.*\])$/.exec(of('HEALTHCHECK')[0] ?? '') ?? []
  const [, ...args] = JSON.parse(command) as string[]
  const check = async () => {
    const child = spawn(process.execPath, args, { env: { PORT: port } as never })
    return (await once(child, 'close'))[0]
  }
  expect(await check()).toBe(0)
  status = 503
  expect(await check()).toBe(1)
  server.close()
  expect(await check()).toBe(1)
})

it('the compose file gives the app a database and asks for the secrets that it has no value for', () => {
  const text = readFileSync(join(root, 'compose.yaml'), 'utf8')
  const variables = [...text.matchAll(/\$\{(\w+)(:\?|:-)/g)].map(([, name, kind]) => [name, kind])
  expect(variables.filter(([, kind]) => kind === ':?').map(([name]) => name)).toEqual(
    expect.arrayContaining(['POSTGRES_PASSWORD', 'SESSION_SECRET']),
  )
  expect(text).toMatch(/DATABASE_URL: postgres:\/\/motorhead:\$\{POSTGRES_PASSWORD/)
  expect(text).toContain('"127.0.0.1:3000:3000"')
})

it('the Deploy button asks for variables that there are, and for a database', () => {
  const [, address = ''] =
    /\]\((https:\/\/vercel\.com\/new\/clone\?[^)]+)\)/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ??
    []
  const asked = new URL(address).searchParams
  const known = readFileSync(join(root, '.env.example'), 'utf8')
  for (const name of asked.get('env')?.split(',') ?? ['none']) expect(known).toContain(`#${name}=`)
  expect(JSON.parse(asked.get('stores') ?? '[]')).toMatchObject([{ protocol: 'storage' }])
})
