import { once } from 'node:events'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { sendAnswer, toAsked } from './node-http.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** Answers by `handle`, as the server in front does; gives the address and whatever `sendAnswer` threw. */
async function serve(handle: (asked: ReturnType<typeof toAsked>) => Response | Promise<Response>) {
  const failures: unknown[] = []
  server = createServer(async (incoming, response) => {
    try {
      await sendAnswer(await handle(toAsked(incoming)), response)
    } catch (error) {
      failures.push(error)
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, failures }
}

describe('a request of node:http', () => {
  it('arrives with its method, path, headers and body', async () => {
    const { origin } = await serve(async (asked) =>
      Response.json({
        method: asked.method,
        path: new URL(asked.url).pathname + new URL(asked.url).search,
        host: asked.headers.get('host'),
        said: asked.headers.get('x-said'),
        body: await text(Readable.from(asked.body)),
      }),
    )
    const headers = { 'x-said': 'hello', 'content-type': 'text/plain' }
    const answer = await fetch(`${origin}//a/b%20c?d=%26`, { method: 'POST', headers, body: 'ünï' })
    expect(await answer.json()).toEqual({
      method: 'POST',
      path: '//a/b%20c?d=%26',
      host: new URL(origin).host,
      said: 'hello',
      body: 'ünï',
    })
  })

  it('with a body that is more than the handler reads still gets its answer', async () => {
    const { origin } = await serve(async ({ body }) => {
      for await (const _piece of body) break
      return Response.json({ error: 'too large' }, { status: 413 })
    })
    const asked = request(origin, { method: 'POST' })
    asked.on('error', () => {})
    const feeding = setInterval(() => asked.write('x'.repeat(16 * 1024)), 5)
    const [answer] = await once(asked, 'response')
    clearInterval(feeding)
    asked.destroy()
    expect(answer.statusCode).toBe(413)
  })

  it('with a body that is more than the handler reads leaves the connection to the next one', async () => {
    const { origin } = await serve(async ({ method, body }) => {
      if (method === 'GET') return Response.json({})
      for await (const _piece of body) break
      return Response.json({ error: 'too large' }, { status: 413 })
    })
    let connections = 0
    server?.on('connection', () => connections++)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const headers = { 'transfer-encoding': 'chunked' }
    const large = request(origin, { method: 'POST', agent, headers }).end(new Uint8Array(3_000_000))
    const [refused] = await once(large, 'response')
    refused.resume()
    const [answer] = await once(request(origin, { agent }).end(), 'response')
    answer.resume()
    expect([refused.statusCode, answer.statusCode, connections]).toEqual([413, 200, 1])
    agent.destroy()
  })

  it('arrives whole, piece by piece', async () => {
    const pieces: number[] = []
    const { origin } = await serve(async ({ body }) => {
      for await (const piece of body) pieces.push(piece.byteLength)
      return Response.json({ bytes: pieces.reduce((sum, bytes) => sum + bytes, 0) })
    })
    const answer = await fetch(origin, { method: 'POST', body: new Uint8Array(3_000_000) })
    expect(await answer.json()).toEqual({ bytes: 3_000_000 })
    expect(Math.max(...pieces)).toBeLessThan(1_000_000)
  })

  it('whose body is cut off fails to be read', async () => {
    const arrived = Promise.withResolvers<void>()
    const failed = Promise.withResolvers<unknown>()
    const { origin } = await serve(async ({ body }) => {
      arrived.resolve()
      await buffer(Readable.from(body)).catch(failed.resolve)
      return Response.json({})
    })
    const asked = request(origin, { method: 'POST', headers: { 'content-length': '100' } })
    asked.on('error', () => {})
    asked.write('half')
    await arrived.promise
    asked.destroy()
    expect(await failed.promise).toBeInstanceOf(Error)
  })
})

describe('an answer', () => {
  it('keeps its status, its headers and each of its cookies', async () => {
    const headers = new Headers({ 'x-a': 'b' })
    headers.append('set-cookie', 'one=1; Path=/')
    headers.append('set-cookie', 'two=2; Expires=Wed, 25 Nov 2026 00:00:00 GMT')
    const { origin } = await serve(() => new Response(null, { status: 204, headers }))
    const answer = await fetch(origin)
    expect([answer.status, answer.headers.get('x-a')]).toEqual([204, 'b'])
    expect(answer.headers.getSetCookie()).toHaveLength(2)
  })

  it('is sent piece by piece, each at once', async () => {
    const body = new TransformStream<Uint8Array, Uint8Array>()
    const writer = body.writable.getWriter()
    const { origin } = await serve(() => new Response(body.readable))
    const sent = fetch(origin)
    void writer.write(new TextEncoder().encode('first'))
    const reader = (await sent).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
    void writer.write(new TextEncoder().encode('second'))
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('second')
    void writer.close()
    expect((await reader?.read())?.done).toBe(true)
  })

  it('is made no faster than the client reads', async () => {
    let made = 0
    const { origin } = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              made++
              controller.enqueue(new Uint8Array(64 * 1024))
            },
          }),
        ),
    )
    const asked = request(origin).end()
    const [response] = await once(asked, 'response')
    response.pause()
    let before = -1
    while (before !== made) {
      before = made
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // What the two sockets hold; an unbounded buffer would have grown all the time.
    expect(made).toBeLessThan(300)
    asked.destroy()
  })

  it('is cancelled when the client leaves', async () => {
    const cancelled = Promise.withResolvers<void>()
    const { origin, failures } = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new Uint8Array(1)),
            cancel: () => cancelled.resolve(),
          }),
        ),
    )
    const leave = new AbortController()
    const answer = await fetch(origin, { signal: leave.signal })
    await answer.body?.getReader().read()
    leave.abort()
    await cancelled.promise
    expect(failures).toEqual([])
  })

  it('that fails in the middle is cut off, not ended', async () => {
    const { origin, failures } = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new Uint8Array(1)),
            pull: (controller) => controller.error(new Error('the store is gone')),
          }),
        ),
    )
    await expect(fetch(origin).then((answer) => answer.arrayBuffer())).rejects.toThrow()
    expect(failures).toHaveLength(1)
  })
})
