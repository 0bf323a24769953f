import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * A transaction pooler, as hosted databases put one in front: each transaction of a client goes to whichever server
 * connection is free, here always the one that waited longest, so that two in a row never meet. Whatever a client leaves in
 * a connection (settings, prepared statements, locks) is not there the next time.
 */
export async function createPooler(url: string, size = 3): Promise<{ url: string; close(): Promise<void> }> {
  const free = await Promise.all(Array.from({ length: size }, () => openBackend(new URL(url))))
  const backends = [...free]
  const clients = new Set<Socket>()
  const waiting: (() => void)[] = []

  async function acquire(): Promise<Backend> {
    for (let backend = free.shift(); ; backend = free.shift()) {
      if (backend) return backend
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  function serve(client: Socket): void {
    clients.add(client)
    let current: Backend | undefined
    let owed = 0
    let chain = Promise.resolve()
    const take = async (message: Message) => {
      if (message.type === 'X') {
        client.end()
        return
      }
      if (!current) {
        current = await acquire()
        current.onMessage = (answer) => {
          client.write(answer.bytes)
          if (answer.type !== 'Z') return
          owed -= 1
          const isIdle = answer.bytes[5] === 'I'.charCodeAt(0)
          if (owed > 0 || !isIdle || !current) return
          current.onMessage = () => {}
          free.push(current)
          current = undefined
          waiting.shift()?.()
        }
      }
      if (message.type === 'Q' || message.type === 'S') owed += 1
      current.socket.write(message.bytes)
    }
    const feed = createReader((message) => {
      chain = chain.then(() => take(message))
    })
    client.once('data', (first) => {
      // The greeting has no type. Everybody is let in: the pooler has logged in already.
      client.write(Buffer.concat([frame('R', Buffer.alloc(4)), frame('Z', Buffer.from('I'))]))
      feed(first.subarray(first.readUInt32BE(0)))
      client.on('data', feed)
    })
    client.on('error', () => {})
    client.on('close', () => clients.delete(client))
  }

  const server = createServer({ noDelay: true }, serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `postgres://anybody@127.0.0.1:${port}/postgres`,
    async close() {
      server.close()
      for (const socket of [...clients, ...backends.map((backend) => backend.socket)]) socket.destroy()
    },
  }
}

type Message = { type: string; bytes: Buffer }
type Backend = { socket: Socket; onMessage: (message: Message) => void }

async function openBackend({ hostname, port, username, password, pathname }: URL): Promise<Backend> {
  const socket = connect({ port: Number(port), host: hostname, noDelay: true })
  await once(socket, 'connect')
  const names = `user\0${username}\0database\0${pathname.slice(1)}\0\0`
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + Buffer.byteLength(names), 0)
  head.writeUInt32BE(196_608, 4)
  const ready = Promise.withResolvers<void>()
  const backend: Backend = {
    socket,
    onMessage(message) {
      if (message.type === 'R' && message.bytes.readUInt32BE(5) === 3)
        socket.write(frame('p', Buffer.from(`${password}\0`)))
      if (message.type === 'Z') ready.resolve()
      if (message.type === 'E') ready.reject(new Error(message.bytes.toString()))
    },
  }
  socket.on(
    'data',
    createReader((message) => backend.onMessage(message)),
  )
  socket.on('error', () => {})
  socket.write(Buffer.concat([head, Buffer.from(names)]))
  await ready.promise
  backend.onMessage = () => {}
  return backend
}

function frame(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeUInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}

/** Cuts a stream of bytes into messages: a type, a length that counts itself, a body. */
function createReader(onMessage: (message: Message) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = rest.readUInt32BE(1) + 1
      onMessage({ type: String.fromCharCode(rest[0] ?? 0), bytes: rest.subarray(0, end) })
      rest = rest.subarray(end)
    }
  }
}
