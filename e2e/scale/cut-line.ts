import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a Postgres that can be cut for exactly as long as a test wants; a server takes its own time to start again. */
export async function createCutLine(target: string) {
  const { hostname, port } = new URL(target)
  const ends = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        ends.delete(end)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)

  return {
    url: url.href,
    /** Whoever holds a connection loses it, and nobody gets a new one. */
    async cut(): Promise<void> {
      server.close()
      for (const end of ends) end.destroy()
      if (ends.size > 0) await once(server, 'close')
    },
    async mend(): Promise<void> {
      server.listen(Number(url.port), '127.0.0.1')
      await once(server, 'listening')
    },
  }
}
