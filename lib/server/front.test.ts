import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { directRoutes } from './direct.ts'
import { answerBrokenRequest, createFront } from './front.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  directRoutes.set(undefined)
})

type Next = Parameters<typeof createFront>[0]

async function serve(next: Next): Promise<number> {
  server = createServer(createFront(next, { trustProxy: false }))
  server.on('clientError', answerBrokenRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const echo: Next = async (incoming, response) => void response.end(JSON.stringify(incoming.headers))

async function ask(port: number, path: string, { method = 'GET', headers = {} } = {}) {
  const asked = request({ port, host: '127.0.0.1', path, method, headers }).end()
  const [response] = await once(asked, 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode as number, body: JSON.parse(body) }
}

describe('the server in front', () => {
  it('replaces what a client says about its own address', async () => {
    const port = await serve(echo)
    const headers = {
      'x-motorhead-peer': '192.0.2.1',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': 'evil.example',
    }
    const { body } = await ask(port, '/', { headers })
    expect(body['x-motorhead-peer']).toBe('127.0.0.1')
    expect(body).not.toHaveProperty('x-forwarded-for')
    expect(body).not.toHaveProperty('x-forwarded-host')
  })

  it.each([['/%E0%A4%A'], ['/s/%00'], ['//%']])('refuses the address %s', async (path) => {
    const port = await serve(echo)
    expect((await ask(port, path)).status).toBe(400)
  })

  it('understands a whole address, as a proxy asks for it', async () => {
    const port = await serve(async ({ url }, response) => void response.end(JSON.stringify(url)))
    expect((await ask(port, 'http://example.org/s/1?q=http://x')).body).toBe('/s/1?q=http://x')
    expect((await ask(port, 'http://example.org?q=1')).body).toBe('/?q=1')
  })

  it('leaves the parameters of an address to the route', async () => {
    const port = await serve(echo)
    expect((await ask(port, '/?q=%')).status).toBe(200)
  })

  it('refuses methods that nothing answers', async () => {
    const port = await serve(echo)
    expect((await ask(port, '/', { method: 'PURGE' })).status).toBe(405)
  })

  it('answers a direct route without Next, with the same marks and headers, and leaves the rest to Next', async () => {
    const port = await serve(echo)
    directRoutes.set((method, path) =>
      method === 'GET' && path === '/direct'
        ? async (asked) => Response.json({ direct: true, peer: asked.headers.get('x-motorhead-peer') })
        : null,
    )
    const headers = { 'x-motorhead-peer': '192.0.2.1', 'x-forwarded-for': '192.0.2.1' }
    const answer = await fetch(`http://127.0.0.1:${port}/direct?q=1`, { headers })
    expect(await answer.json()).toEqual({ direct: true, peer: '127.0.0.1' })
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect((await ask(port, '/direct', { method: 'DELETE' })).body).toHaveProperty('host')
    expect((await ask(port, '/elsewhere')).body).toHaveProperty('host')
  })

  it('outlives what a direct route throws', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const port = await serve(echo)
    directRoutes.set(() => () => Promise.reject(new Error('canary')))
    expect((await ask(port, '/direct')).status).toBe(500)
    expect((await ask(port, '/direct')).status).toBe(500)
    logged.mockRestore()
  })

  it('outlives what Next throws, and says nothing of it', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const port = await serve(async () => {
      throw new Error('canary')
    })
    const { status, body } = await ask(port, '/')
    expect([status, body.error.code]).toEqual([500, 'internal'])
    expect(JSON.stringify([body, logged.mock.calls])).not.toContain('canary')
    logged.mockRestore()
  })

  it('answers what is no HTTP in JSON', async () => {
    const port = await serve(echo)
    const socket = connect(port, '127.0.0.1').end('HELLO\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toHaveProperty('error.message')
  })

  it('answers what is no HTTP also on a connection that was used before', async () => {
    const port = await serve(echo)
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(socket, 'data')
    socket.end('HELLO\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each<[string, boolean]>([
    ['has begun', false],
    ['has ended', true],
  ])('writes no second answer where one %s to a request that turns out to be broken', async (_, ends) => {
    const port = await serve(async (_, response) => {
      response.write('part')
      if (ends) response.end()
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n')
    let answer = String(await once(socket, 'data'))
    socket.on('data', (more) => {
      answer += more
    })
    socket.write('no chunk\r\n')
    await once(socket, 'close')
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})
