import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createTransport } from './transport.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

const post = (url: string, init: RequestInit = {}) =>
  createTransport()(url, { method: 'POST', body: 'hällo', headers: { 'x-key': 'k' }, ...init })

it('sends the text with its headers, and gives status, headers and body', async () => {
  const url = await serve(async (request, response) => {
    const { headers, method } = request
    response.writeHead(418, { 'content-type': 'text/plain', 'x-more': 'a' })
    const seen = [method, headers['x-key'], headers['content-length'], headers['accept-encoding']]
    response.end(`${seen.join(' ')} ${await text(request)}`)
  })
  const answer = await post(url)
  expect([answer.status, answer.ok, answer.headers.get('x-more')]).toEqual([418, false, 'a'])
  expect(await answer.text()).toBe('POST k 6 identity hällo')
})

it('gives each piece as it comes, and reads no faster than it is taken', async () => {
  let written = 0
  const url = await serve(async (_, response) => {
    response.write('first')
    for (;;) {
      if (!response.write('x'.repeat(65_536))) await once(response, 'drain')
      written++
    }
  })
  const reader = (await post(url)).body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
  for (let before = -1; before !== written && written < 300; ) {
    before = written
    await sleep(200)
  }
  // What fits into the connection's own buffers; unread, it would go on without an end.
  expect(written).toBeLessThan(300)
  await reader?.cancel()
})

it('follows no redirect, so that the key stays here', async () => {
  let followed = false
  const target = await serve((_, response) => {
    followed = true
    response.end()
  })
  const url = await serve((_, response) => void response.writeHead(307, { location: target }).end())
  await expect(post(url)).rejects.toMatchObject({ cause: { message: 'unexpected redirect' } })
  expect(followed).toBe(false)
})

it('says what kept it from being answered', async () => {
  const url = await serve((_, response) => void response.destroy())
  await expect(post(url)).rejects.toMatchObject({
    name: 'TypeError',
    message: 'fetch failed',
    cause: { code: 'ECONNRESET' },
  })
  servers.splice(0).map((server) => server.close())
  await expect(post(url)).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } })
})

it('says that an answer was cut off', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half')
    setTimeout(() => response.destroy(), 20)
  })
  await expect((await post(url)).text()).rejects.toMatchObject({ name: 'TypeError', message: 'terminated' })
})

it('hangs up at the abort, before and within the answer, and when its reader leaves', async () => {
  let hungUp = 0
  let answers = false
  const asked = Promise.withResolvers<void>()
  const url = await serve((_, response) => {
    asked.resolve()
    response.on('close', () => hungUp++)
    if (answers) response.write('and')
  })
  const before = new AbortController()
  const waiting = post(url, { signal: before.signal })
  void asked.promise.then(() => before.abort('stop'))
  await expect(waiting).rejects.toBe('stop')
  await expect(post(url, { signal: before.signal })).rejects.toBe('stop')

  answers = true
  const within = new AbortController()
  const reading = (await post(url, { signal: within.signal })).text()
  within.abort('stop')
  await expect(reading).rejects.toBe('stop')
  await (await post(url)).body?.cancel()
  await expect.poll(() => hungUp).toBe(3)
})

it.each(['', 'words'])('outlives that its reader leaves before the answer, "%s", was taken', async (body) => {
  const url = await serve((_, response) => void response.writeHead(404).end(body))
  const answer = await post(url)
  const uncaught: unknown[] = []
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error))
  const reader = answer.body?.getReader()
  void reader?.read()
  await reader?.cancel()
  await sleep(50)
  process.setUncaughtExceptionCaptureCallback(null)
  expect(uncaught).toEqual([])
})

it('asks again when the other side had closed the connection that was held open', async () => {
  const sockets = new Set<Socket>()
  let closes = false
  const url = await serve((request, response) => {
    if (closes && sockets.has(request.socket)) return void request.socket.resetAndDestroy()
    sockets.add(request.socket)
    response.end('ok')
  })
  const transport = createTransport()
  const ask = async () => (await transport(url, { method: 'POST', body: '' })).text()
  await ask()
  await ask()
  expect(sockets.size).toBe(1)
  closes = true
  expect(await ask()).toBe('ok')
  expect(sockets.size).toBe(2)
})
