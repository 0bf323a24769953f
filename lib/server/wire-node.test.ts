import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messages, openScene } from '#lib/memory/wire/wire.fake.ts'
import { isForWire, serveWire } from './wire-node.ts'

let scene: ReturnType<typeof openScene>
let server: Server
let port: number
let finished: number
beforeEach(async () => {
  scene = openScene()
  finished = 0
  server = createServer((request, response) => {
    response.on('finish', () => finished++)
    void serveWire(scene.wire, request, response)
  })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await scene.close()
})

const BODY = JSON.stringify({ messages: messages(2) })
const POST =
  `POST /sessions/s/memory HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
  `content-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}
const save = (agent?: Agent, body = BODY) => ask({ method: 'POST', agent, body })

async function ask({ method = 'GET', agent, body }: { method?: string; agent?: Agent; body?: string }) {
  const headers = {
    'content-type': 'application/json',
    ...(body && { 'content-length': Buffer.byteLength(body) }),
  }
  const sent = httpRequest({ port, host: '127.0.0.1', path: '/sessions/s/memory', method, agent, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += chunk
  return { status: answer.statusCode as number, body: text && JSON.parse(text) }
}
const stored = async () =>
  (await scene.store.audit({ namespace: 'default', sessionId: 's' }).catch(() => null))?.messages ?? 0
const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a save that is sent again', () => {
  it('is stored once when the client hung up before the answer', async () => {
    const socket = await open()
    socket.end(POST)
    socket.destroy()
    await until(async () => (await stored()) === 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await save()).status).toBe(200)
    expect(await stored()).toBe(2)
    await save()
    expect(await stored()).toBe(4)
  })

  it('is stored once when the connection was reset with the answer unread', async () => {
    const socket = await open()
    socket.pause()
    socket.write(POST)
    await until(() => finished === 1)
    socket.resetAndDestroy()
    await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 0))))
    await save()
    expect(await stored()).toBe(2)
  })

  it('is stored twice when somebody says the same again, on the same connection or on another', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await save(agent)
    await save(agent)
    expect(await stored()).toBe(4)
    await save()
    await save()
    expect(await stored()).toBe(8)
    agent.destroy()
  })

  it('is stored twice when two are under way at once', async () => {
    await Promise.all([save(), save(), save()])
    expect(await stored()).toBe(6)
  })
})

it('requests that are sent without waiting for answers are done one after the other', async () => {
  const socket = await open()
  const GET = 'GET /sessions/s/audit HTTP/1.1\r\nhost: localhost\r\n\r\n'
  let answers = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answers += text
  })
  socket.write(POST + GET + POST + GET)
  await until(() => finished === 4)
  await until(() => answers.includes('"messages":4'))
  expect(answers.match(/"messages":\d/g)).toEqual(['"messages":2', '"messages":4'])
  socket.destroy()
})

describe('a body', () => {
  it('over 8 MB is refused with 413, and the next request on the connection is answered', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const refused = await save(agent, `{"messages":[],"more":"${'x'.repeat(8 * 1024 * 1024)}"}`)
    expect(refused).toMatchObject({ status: 413, body: { error: expect.stringContaining('8 MB') } })
    expect(await ask({ agent })).toMatchObject({ status: 200, body: { messages: [] } })
    agent.destroy()
  })

  it('that stops half way is no save', async () => {
    const socket = await open()
    socket.write(POST.slice(0, -5))
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await stored()).toBe(0)
    expect(scene.errors).toEqual([])
  })
})

describe('the address /', () => {
  const asked = (headers: Record<string, string>, method = 'GET') =>
    isForWire({ method, url: '/', headers } as unknown as Parameters<typeof isForWire>[0])

  it.each<[string, Record<string, string>, boolean]>([
    ['a program', { accept: '*/*' }, true],
    ['one that says nothing', {}, true],
    ['a browser', { accept: 'text/html,*/*' }, false],
    ['Next fetching a part of the page', { accept: '*/*', rsc: '1' }, false],
    ['a browser fetching it for later', { accept: '*/*', 'sec-fetch-site': 'same-origin' }, false],
  ])('answers %s', (_, headers, forWire) => {
    expect(asked(headers)).toBe(forWire)
  })

  it('is the page’s for other methods', () => expect(asked({}, 'POST')).toBe(false))
})
